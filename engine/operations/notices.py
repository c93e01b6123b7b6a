def issue_notice(run, call):
    raise NotImplementedError
