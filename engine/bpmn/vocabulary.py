"""Our extension namespace `urn:lianban:bpmn:1`: what BPMN has no word for.

Extension elements stand inside `bpmn:extensionElements`. `VOCABULARY` is the one table of them;
the linter, the modeller and the analysts' guide read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.bpmn.vendors.aliases import Claim, claims
from engine.bpmn.xml import LIANBAN, bpmn, lianban, local, namespace
from engine.errors import Words

HUMAN_TASKS = ("userTask", "manualTask", "task")
SUBPROCESSES = ("subProcess", "transaction", "adHocSubProcess")
ANYWHERE = "*"
_CLAIMING = frozenset((*HUMAN_TASKS, "startEvent"))


@dataclass(frozen=True)
class Attribute:
    """An attribute of an extension element; `values` lists what it may be, empty = anything."""

    meaning: Words
    required: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Word:
    """An extension element: the BPMN elements it may stand on (`*` = any) and its attributes."""

    on: tuple[str, ...]
    meaning: Words
    attributes: Mapping[str, Attribute]
    repeated: bool = False
    inside: str | None = None  # the extension element that holds it


VOCABULARY: Mapping[str, Word] = {
    "form": Word(
        (*HUMAN_TASKS, "startEvent"),
        Words("环节使用的表单", "the form of a step"),
        {"key": Attribute(Words("forms/ 下的表单名", "name of a form under forms/"))},
    ),
    "post": Word(
        (*HUMAN_TASKS, "lane"),
        Words(
            "办理岗位；写在环节上时优先于泳道", "the post that works; on a task it beats the lane's"
        ),
        {"code": Attribute(Words("岗位代码", "code of the post"))},
    ),
    "department": Word(
        HUMAN_TASKS,
        Words("由事项主管部门以外的部门办理", "handled by another department than the item's"),
        {"code": Attribute(Words("部门代码", "code of the department"))},
    ),
    "limit": Word(
        HUMAN_TASKS,
        Words("环节时限，以工作日计", "limit of the step, in working days"),
        {
            "days": Attribute(
                Words("工作日数，数字或表达式", "working days, a number or expression")
            ),
            "basis": Attribute(Words("时限的依据", "what the limit rests on"), required=False),
        },
    ),
    "operation": Word(
        ("serviceTask",),
        Words("系统自动执行的操作", "what the system does by itself"),
        {"name": Attribute(Words("操作名", "name of the operation"))},
    ),
    "param": Word(
        ("serviceTask",),
        Words("操作的参数，value 与 expression 二选一", "a parameter: either value or expression"),
        {
            "name": Attribute(Words("参数名", "name of the parameter")),
            "value": Attribute(Words("原样的文字", "literal text"), required=False),
            "expression": Attribute(Words("表达式", "an expression"), required=False),
        },
        repeated=True,
        inside="operation",
    ),
    "notice": Word(
        ("serviceTask",),
        Words("操作 issue_notice 使用的文书模板", "the notice template that issue_notice fills in"),
        {"template": Attribute(Words("forms/notices/ 下的模板名", "name under forms/notices/"))},
    ),
    "decision": Word(
        ("businessRuleTask",),
        Words("由决策表得出结果", "what a decision table decides"),
        {
            "table": Attribute(Words("决策（decision）的 id", "id of the decision")),
            "result": Attribute(
                Words(
                    "结果在流程数据中的名称；不写则各输出用自己的名称",
                    "name of the outcome in the process data; without it outputs keep their names",
                ),
                required=False,
            ),
        },
    ),
    "light": Word(
        ("boundaryEvent",),
        Words("该定时边界事件亮起的灯（P22a）", "the light that this boundary timer raises (P22a)"),
        {
            "colour": Attribute(Words("黄灯或红灯", "yellow or red"), values=("yellow", "red")),
            "severity": Attribute(
                Words("超法定时限时写 statutory", "statutory, for a breach of the statutory limit"),
                required=False,
                values=("statutory",),
            ),
        },
    ),
    "basis": Word(
        (ANYWHERE,),
        Words("依据：要求条目或法条", "what demands this: a row of the requirements or an article"),
        {
            "ref": Attribute(Words("条目号，如 P10b", "the row, such as P10b")),
            "text": Attribute(Words("条文摘要", "what it says"), required=False),
        },
        repeated=True,
    ),
}


@dataclass(frozen=True)
class Limit:
    """A step's limit: `days` is an expression that gives working days."""

    days: str
    basis: str | None = None


@dataclass(frozen=True)
class Param:
    """A parameter of an operation: exactly one of `value` and `expression` is set."""

    name: str
    value: str | None = None
    expression: str | None = None


@dataclass(frozen=True)
class Operation:
    name: str
    params: tuple[Param, ...] = ()


@dataclass(frozen=True)
class Light:
    """What a boundary timer raises: `colour` "yellow" or "red", `severity` "statutory" or None."""

    colour: str
    severity: str | None = None


@dataclass(frozen=True)
class Basis:
    """`ref` is a row of the requirements (P10b) or an article; `text` may be empty."""

    ref: str
    text: str = ""


@dataclass(frozen=True)
class Extensions:
    """What our namespace says about one element. `unknown`: (tag or tag@attribute, line).

    `claims` is what other engines' words say of its post and form; ours come first.
    """

    form: str | None = None
    post: str | None = None
    department: str | None = None
    limit: Limit | None = None
    operation: Operation | None = None
    notice: str | None = None
    light: Light | None = None
    bases: tuple[Basis, ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    claims: tuple[Claim, ...] = ()

    def claimed(self, word: str) -> str | None:
        """The post or the form ("post", "form") that other engines' words give, the first one."""
        return next((c.value for c in self.claims if c.word == word and c.value), None)

    def adopted(self, forms: Collection[str]) -> Extensions:
        """The same, with a claimed form as its form where there is one of that key, and none of
        ours. A form that is not here is not asked for: the step gets the generic one."""
        claimed = None if self.form else self.claimed("form")
        return replace(self, form=claimed) if claimed in forms else self


@dataclass(frozen=True)
class OperationSignature:
    """What an operation takes: parameter names, and whether a notice template must be named."""

    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    needs_notice: bool = False


@dataclass(frozen=True)
class Lane:
    """A lane: the role of the steps in it. `post` is inherited from the lane around it."""

    id: str
    name: str
    post: str | None = None


@dataclass
class _Found:
    """The first element of each word, the bases, and what the vocabulary does not know."""

    first: dict[str, etree._Element] = field(default_factory=dict)
    bases: list[Basis] = field(default_factory=list)
    unknown: list[tuple[str, int]] = field(default_factory=list)

    def get(self, word: str, attribute: str) -> str | None:
        element = self.first.get(word)
        return None if element is None else _text(element, attribute)


def read_extensions(element: etree._Element) -> Extensions:
    """Read our extension elements of one BPMN element.

    Never raises: what is missing is None, what is not in the vocabulary goes to `unknown`; the
    linter reports both. Of a word that may stand once the first counts.
    """
    found = _collect(element)
    days, operation = found.get("limit", "days"), found.get("operation", "name")
    colour = found.get("light", "colour")
    return Extensions(
        form=found.get("form", "key"),
        post=found.get("post", "code"),
        department=found.get("department", "code"),
        limit=Limit(days, found.get("limit", "basis")) if days else None,
        operation=Operation(operation, _params(found.first["operation"])) if operation else None,
        notice=found.get("notice", "template"),
        light=Light(colour, found.get("light", "severity")) if colour else None,
        bases=tuple(found.bases),
        unknown=tuple(found.unknown),
        claims=claims(element) if local(element) in _CLAIMING else (),
    )


def extension_elements(element: etree._Element) -> Iterator[etree._Element]:
    """The elements of our namespace in `element`'s extensionElements, in document order."""
    for holder in element.iterchildren(bpmn("extensionElements")):
        yield from (child for child in holder if namespace(child) == LIANBAN)


def lanes(process: etree._Element) -> dict[str, Lane]:
    """The lane of each node of a process, by node id.

    White space around references does not matter; of nested lanes the innermost counts; what is
    inside a sub-process lies in the sub-process's lane unless a lane of its own names it.
    """
    found: dict[str, Lane] = {}
    _read_scope(process, None, found)
    return found


def _collect(element: etree._Element) -> _Found:
    found = _Found()
    found.unknown += [
        (f"@{etree.QName(name).localname}", element.sourceline or 1)
        for name in element.attrib
        if etree.QName(name).namespace == LIANBAN
    ]
    for child in extension_elements(element):
        word = local(child)
        if word not in VOCABULARY or VOCABULARY[word].inside:
            found.unknown.append((word, child.sourceline or 1))
            continue
        found.unknown += _strangers(child)
        found.first.setdefault(word, child)
        if word == "basis" and (ref := _text(child, "ref")):
            found.bases.append(Basis(ref, _text(child, "text") or ""))
    return found


def _strangers(element: etree._Element) -> list[tuple[str, int]]:
    """Attributes and children that the vocabulary does not give to an extension element."""
    word, line = local(element), element.sourceline or 1
    known = VOCABULARY[word].attributes
    strangers = [(f"{word}@{name}", line) for name in element.attrib if name not in known]
    for child in element:
        inner = VOCABULARY.get(local(child))
        if namespace(child) != LIANBAN or inner is None or inner.inside != word:
            strangers.append((f"{word}/{local(child)}", child.sourceline or line))
        else:
            strangers += _strangers(child)
    return strangers


def _params(operation: etree._Element) -> tuple[Param, ...]:
    return tuple(
        Param(name, param.get("value"), _text(param, "expression"))
        for param in operation.iterchildren(lianban("param"))
        if (name := _text(param, "name"))
    )


def _text(element: etree._Element, attribute: str) -> str | None:
    """An attribute without the white space around it; None where it is missing or blank."""
    return (element.get(attribute) or "").strip() or None


def _read_lane_set(holder: etree._Element, outer: Lane | None, found: dict[str, Lane]) -> None:
    for element in holder.iterchildren(bpmn("lane")):
        post = read_extensions(element).post or (outer.post if outer else None)
        lane = Lane(element.get("id") or "", (element.get("name") or "").strip(), post)
        for reference in element.iterchildren(bpmn("flowNodeRef")):
            if node := (reference.text or "").strip():
                found[node] = lane
        for inner in element.iterchildren(bpmn("childLaneSet")):
            _read_lane_set(inner, lane, found)


def _read_scope(scope: etree._Element, lane: Lane | None, found: dict[str, Lane]) -> None:
    """Read the lanes of a process or sub-process that itself lies in `lane`."""
    for lane_set in scope.iterchildren(bpmn("laneSet")):
        _read_lane_set(lane_set, lane, found)
    for node in scope.iterchildren(bpmn("*")):
        name = node.get("id")
        if lane is not None and name and local(node) not in ("sequenceFlow", "laneSet"):
            found.setdefault(name, lane)
        if local(node) in SUBPROCESSES:
            _read_scope(node, found.get(name or ""), found)
