"""The gate of a deployment: all that is wrong with the files, before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.bpmn.findings import Finding, in_order
from engine.bpmn.lint import has_errors, lint
from engine.bpmn.versions import build
from engine.catalogue.formats import text_fault
from engine.catalogue.forms import load_form
from engine.catalogue.organisation import Organisation
from engine.documents.facts import read_head
from engine.documents.render import try_out
from engine.errors import CatalogueError, DeploymentRefused, LianbanError, Words
from engine.operations.table import SIGNATURES

FORMS, NOTICES = "forms/", "forms/notices/"
MOST_PATH = 130  # characters below the first folder


@dataclass(frozen=True)
class Candidate:
    """A procedure that would be deployed: its process id and name, and the files it stands on."""

    key: str
    name: str
    files: Mapping[str, bytes]
    caller_of: tuple[str, ...] = ()


def check(
    organisation: Organisation, uploaded: Mapping[str, bytes], candidates: Iterable[Candidate]
) -> list[Finding]:
    """Return all that the gate has to say about the uploaded files and what they make up."""
    findings: list[Finding] = []
    everything = dict(uploaded)
    for candidate in candidates:
        everything |= candidate.files
    findings += _path_findings(everything)
    findings += _form_findings(everything)
    findings += _notice_findings(everything, uploaded)
    models = {path: data for path, data in everything.items() if path.endswith((".bpmn", ".dmn"))}
    if models:
        findings += lint(
            models,
            forms=_keys(everything, FORMS, ".yaml"),
            notices=_keys(everything, NOTICES, ".typ"),
            operations=SIGNATURES,
            posts=organisation.posts,
            departments=organisation.departments,
        )
    if not has_errors(findings):
        findings += [f for candidate in candidates for f in _build_findings(candidate)]
    return in_order(findings)


def refusal(findings: list[Finding]) -> DeploymentRefused:
    """Return the refusal that lists every finding."""
    errors = sum(1 for finding in findings if finding.level == "error")
    return DeploymentRefused(
        f"流程文件有 {errors} 处错误，未部署任何内容。请按提示修改后重新部署。",
        f"The files have {errors} error(s); nothing was deployed. Mend them as told and deploy "
        "again.",
        findings=findings,
    )


def _keys(files: Mapping[str, bytes], folder: str, ending: str) -> set[str]:
    return {
        path.removeprefix(folder).removesuffix(ending)
        for path in files
        if path.startswith(folder) and path.endswith(ending)
    }


def _path_findings(files: Mapping[str, bytes]) -> list[Finding]:
    words = Words(
        f"文件名或表单的 $id 超过 {MOST_PATH} 个字符，请缩短。",
        f"The name of the file or the form's $id exceeds {MOST_PATH} characters; shorten it.",
    )
    long = (path for path in files if len(path.partition("/")[2]) > MOST_PATH)
    odd = Words(
        "文件名或表单的 $id 含有看不见的字符或者“..”，请改名。",
        "The name of the file or the form's $id holds unseen characters or '..'; rename it.",
    )
    strange = (p for p in files if text_fault(p, lines=False) or ".." in p.split("/"))
    return [_finding(path, 1, "too-long", words) for path in long] + [
        _finding(path, 1, "file-name", odd) for path in strange
    ]


def _form_findings(files: Mapping[str, bytes]) -> list[Finding]:
    forms = (p for p in files if p.startswith(FORMS) and not p.startswith(NOTICES))
    return [
        f for path in forms for f in _faults(path, "form", lambda p=path: load_form(files[p], p))
    ]


def _notice_findings(files: Mapping[str, bytes], uploaded: Mapping[str, bytes]) -> list[Finding]:
    """Read the head of every template; set those that are new, or whose style is, with invented
    facts: what cannot be set would else be found when an applicant waits for his notice."""
    notices = [path for path in files if path.startswith(NOTICES) and path.endswith(".typ")]
    style = {path.rpartition("/")[2]: files[path] for path in notices if "/_" in path}
    restyled = any(path.startswith(f"{NOTICES}_") for path in uploaded)

    def read(path: str) -> None:
        read_head(files[path])
        if restyled or path in uploaded:
            try_out(files[path], style)

    templates = (path for path in notices if "/_" not in path)
    return [f for path in templates for f in _faults(path, "notice", lambda p=path: read(p))]


def _build_findings(candidate: Candidate) -> list[Finding]:
    """Parse what the gate let pass; what the library still refuses becomes a finding, not a 500."""
    return _faults(
        next(iter(candidate.files)), "parser", lambda: build(candidate.key, candidate.files)
    )


def _faults(path: str, rule: str, read: Callable[[], object]) -> list[Finding]:
    """Return as findings what reading a file refuses; never a Python exception's own text."""
    try:
        read()
    except CatalogueError as fault:
        line = fault.facts.get("line", 1)
        return [_finding(path, line, rule, fault.message)]
    except LianbanError as fault:
        return [_finding(path, 1, rule, fault.message)]
    except MemoryError:
        raise  # the file is too costly
    except Exception as fault:
        known = getattr(fault, "id", None)
        words = Words(
            "流程引擎无法读懂该文件。", f"The engine can't read this file ({type(fault).__name__})."
        )
        return [_finding(path, 1, rule, words, element=known or "")]
    return []


def _finding(path: str, line: int, rule: str, words: Words, element: str = "") -> Finding:
    remedy = Words("请按提示修改该文件。", "Mend the file as told.")
    return Finding(path, line, element or path, "error", rule, words, remedy)
