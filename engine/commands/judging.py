"""One judgement behind `lianban lint` and every deployment, made where it can be ended.

The files are a stranger's: they are read, named, put together and checked in a process of their own
with bounded time and memory (`engine.nursery`); this process only hands them over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.bpmn.file_kinds import Kind, of_root
from engine.bpmn.findings import Finding, in_order
from engine.bpmn.lint import has_errors
from engine.bpmn.xml import BPMN, XmlFault, namespace, parse_xml
from engine.catalogue.organisation import Organisation
from engine.commands.bundle import Sources, assemble, canonical, canonical_files, stands_on
from engine.commands.gate import Candidate, check
from engine.errors import Conflict, Words
from engine.nursery import Limits, Nursery, Overrun

# On a machine that has nothing else to do it is over, with starting up, within ten seconds.
LIMITS = Limits(seconds=15, memory=512 << 20, processor=7)
MOST_PROCESSES = 100  # executable ones in one deployment: each becomes a procedure of its own
NO_PROCEDURE = "no-diagram"
_NURSERY = Nursery(__name__)


@dataclass(frozen=True)
class Present:
    """The newest deployed version of a procedure: its name, its row's id, its files."""

    name: str
    version: int
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Judgement:
    """What would be deployed, and all that the gate says.

    `against` are the ids of the versions that were deployed when it was made.
    """

    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    against: frozenset[int] = frozenset()

    @property
    def refused(self) -> bool:
        return has_errors(self.findings)


def judge(
    organisation: Organisation,
    files: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    present: Mapping[str, Present],
) -> Judgement:
    """Judge files, named as they were given, in a process that can be ended.

    Findings are those about the given files, and errors wherever they are. A file that takes more
    than `LIMITS` is refused with a finding `too-costly`. Raises `Conflict` where too many others
    wait to be judged.
    """
    try:
        made = _NURSERY.run(
            f"{__name__}:judged", organisation, files, beside, present, limits=LIMITS
        )
    except Overrun as overrun:
        made = Judgement((), (too_costly(files, overrun),))
    return replace(made, against=frozenset(each.version for each in present.values()))


def judged(
    organisation: Organisation,
    files: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    present: Mapping[str, Present],
) -> Judgement:
    """Judge files here: the job that `judge` has done elsewhere."""
    uploaded, given, findings = _uploaded(files)
    if not uploaded:
        return Judgement((), tuple(findings))
    names = _processes(uploaded)
    candidates: list[Candidate] = []
    if len(names) > MOST_PROCESSES:
        findings.append(_too_many(min(files), len(names)))
    else:
        candidates = _candidates(names, uploaded, canonical_files(beside), present)
    findings += check(organisation, uploaded, candidates)
    as_given = (replace(each, file=given.get(each.file, each.file)) for each in findings)
    told = [each for each in as_given if each.file in files or each.level == "error"]
    return Judgement(tuple(candidates), tuple(in_order(told)))


def _uploaded(
    files: Mapping[str, bytes],
) -> tuple[dict[str, bytes], dict[str, str], list[Finding]]:
    """The files by canonical path, the names under which they were given, and what is odd."""
    uploaded: dict[str, bytes] = {}
    given: dict[str, str] = {}
    findings: list[Finding] = []
    for name, data in sorted(files.items()):
        path = canonical(name, data)
        if path is None:
            findings.append(_no_procedure(name, data))
        elif path in uploaded and uploaded[path] != data:
            findings.append(_twice(name, given[path]))
        else:
            uploaded[path], given[path] = data, name
    # A file beside the point is left alone, unless there is no other.
    return uploaded, given, [f for f in findings if not uploaded or f.rule != NO_PROCEDURE]


def _processes(uploaded: Mapping[str, bytes]) -> dict[str, str]:
    """The executable processes of the readable diagrams: name by id."""
    names: dict[str, str] = {}
    for path, data in uploaded.items():
        if path.endswith(".bpmn"):
            names |= stands_on(data).processes
    return names


def _candidates(
    names: Mapping[str, str],
    uploaded: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    present: Mapping[str, Present],
) -> list[Candidate]:
    """What would be deployed: the processes in the files, and whatever stands on them."""
    elsewhere = {path: data for each in present.values() for path, data in each.files.items()}
    fresh = dict(uploaded)
    candidates = []
    for key in sorted(names):
        mine = present[key].files if key in present else {}
        files = assemble(key, Sources((uploaded, beside, mine, elsewhere)))
        fresh |= files
        candidates.append(Candidate(key, names[key], files))
    for key in sorted(present.keys() - names.keys()):
        mine = present[key].files
        if uploaded.keys() & mine.keys():
            files = assemble(key, Sources((fresh, mine, beside, elsewhere)))
            called = tuple(sorted(names.keys() & _processes(files).keys()))
            candidates.append(Candidate(key, present[key].name, files, called))
    return candidates


# ---------------------------------------------------------------- findings of its own


def _finding(file: str, element: str, rule: str, message: Words, remedy: Words) -> Finding:
    return Finding(file, 1, element, "error", rule, message, remedy)


_MISNAMED = Kind(
    Words(
        "这是 BPMN 文件，但文件名不以 .bpmn 或 .xml 结尾。",
        "This is a BPMN file, but its name does not end in .bpmn or .xml.",
    ),
    Words("请改名后重新提交。", "Rename it and hand it in again."),
)


def _no_procedure(name: str, data: bytes) -> Finding:
    """A file whose name says that it is no procedure: what it is, and what to hand in instead."""
    kind = None
    try:
        root = parse_xml(data, name)
    except XmlFault as fault:
        if fault.finding.rule == "not-bpmn":
            kind = Kind(fault.finding.message, fault.finding.remedy)
    else:
        kind = of_root(root) or (_MISNAMED if namespace(root) == BPMN else None)
    if kind is not None:
        return _finding(name, "file", NO_PROCEDURE, kind.what, kind.remedy)
    return _finding(
        name,
        "file",
        NO_PROCEDURE,
        Words("这不是流程文件。", "This is no file of a procedure."),
        Words(
            "请提交 .bpmn、.dmn、.yaml 或 .typ 文件。", "Hand in .bpmn, .dmn, .yaml or .typ files."
        ),
    )


def _twice(name: str, other: str) -> Finding:
    return _finding(
        name,
        "file",
        "file-twice",
        Words(
            f"与 {other} 是同一流程、表单或模板，内容却不同。",
            f"This and {other} are one procedure, form or template, but differ.",
        ),
        Words("请只保留一个。", "Keep one of them."),
    )


def _too_many(name: str, number: int) -> Finding:
    return _finding(
        name,
        "definitions",
        "too-many-processes",
        Words(
            f"有 {number} 个可执行的流程，超过 {MOST_PROCESSES} 个。",
            f"There are {number} executable processes, more than {MOST_PROCESSES}.",
        ),
        Words("请分几次提交。", "Hand them in piece by piece."),
    )


def too_costly(files: Mapping[str, bytes], overrun: Overrun) -> Finding:
    """The finding about files that could not be judged, on the largest of them."""
    if overrun.why == "busy":
        raise Conflict(
            "正在检查其他文件，请稍后重试。", "Other files are being judged; try again in a moment."
        )
    largest = max(files, key=lambda name: (len(files[name]), name))
    remedy = Words(
        "请把流程拆成几个较小的文件；有几个文件时请分几次提交。",
        "Split the procedure into smaller files; hand in several files one by one.",
    )
    return _finding(largest, "file", "too-costly", _why(overrun), remedy)


def _why(overrun: Overrun) -> Words:
    if overrun.why == "time":
        seconds = LIMITS.processor or LIMITS.seconds
        return Words(
            f"读取此文件超过 {seconds} 秒，已停止。",
            f"Reading this file took more than {seconds} seconds and was ended.",
        )
    if overrun.why == "memory":
        size = f"{(LIMITS.memory or 0) >> 20} MB"
        return Words(
            f"读取此文件需要超过 {size} 内存，已停止。",
            f"Reading this file took more than {size} of memory and was ended.",
        )
    return Words(
        "读取此文件时程序中断，可能是它需要过多内存。",
        "Reading this file broke off; it may need too much memory.",
    )
