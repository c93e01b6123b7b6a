"""Clerks at work: a few threads that complete tasks over HTTP, in a process of their own.

Reads {"port", "token", "clients", "path", "jobs": [[task, version, data], …]} from stdin, writes
the seconds that each answer took, as a list, to stdout.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any


def main() -> None:
    order = json.load(sys.stdin)
    jobs, count = order["jobs"], order["clients"]
    taken: list[list[float]] = [[] for _ in range(count)]
    share = -(-len(jobs) // count)  # each client has cases of his own: whole runs of the list
    threads = [
        threading.Thread(target=_work, args=(order, jobs[n * share : (n + 1) * share], taken[n]))
        for n in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [seconds for each in taken for seconds in each]
    if len(done) != len(jobs):
        sys.exit(f"expected {len(jobs)} completions but {len(done)} succeeded")
    json.dump(done, sys.stdout)


def _work(order: dict[str, Any], jobs: list[Any], taken: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", order["port"])
    head = {"Authorization": f"Bearer {order['token']}", "Content-Type": "application/json"}
    for task, version, data in jobs:
        body = json.dumps({"version": version, "data": data})
        begin = time.perf_counter()
        connection.request("POST", order["path"].format(task), body, head)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{answer.status}: {text.decode()}")
        taken.append(time.perf_counter() - begin)


if __name__ == "__main__":
    main()
