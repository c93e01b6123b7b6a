"""What stands around the processes of a file: pools, message flows, imports, choreographies."""

from __future__ import annotations

from engine.bpmn.diagram import Diagram, is_executable
from engine.bpmn.rules.gate import FileRule, Findings, Gate, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words


def quiet_processes(diagram: Diagram, gate: Gate) -> Findings:
    """Beside a process that runs, which ones are only drawn is said."""
    quiet = [process for process in diagram.processes if not is_executable(process)]
    if len(quiet) == len(diagram.processes):
        return  # the rule for processes says it
    for process in quiet:
        name = _pool(diagram, process.get("id")) or title(process)
        yield found(
            diagram,
            process,
            "process-quiet",
            Words(
                f'“{name}”设了 isExecutable="false"：只列出，不运行，也不检查。',
                f'{name} has isExecutable="false": it is listed, and neither run nor checked.',
            ),
            Words('要运行请设 isExecutable="true"。', 'Set isExecutable="true" to run it.'),
            level="hint",
        )


def _pool(diagram: Diagram, key: str | None) -> str | None:
    for pool in diagram.root.iter(bpmn("participant")):
        if key and (pool.get("processRef") or "").rpartition(":")[2] == key:
            return title(pool)
    return None


def message_flows(diagram: Diagram, gate: Gate) -> Findings:
    """Message flows are a drawing: they carry nothing."""
    flows = list(diagram.root.iter(bpmn("messageFlow")))
    if flows:
        yield found(
            diagram,
            flows[0],
            "message-flow",
            Words(
                f"{len(flows)} 条消息流只作图示：不传送消息，也不启动另一个池的流程。",
                f"{len(flows)} message flow(s) are a drawing: they carry no message and start no "
                "process of another pool.",
            ),
            Words(
                "消息事件按消息的名称等待；名称相同即可送达。",
                "A message event waits for the name of its message; that alone counts.",
            ),
            level="hint",
        )


def imports(diagram: Diagram, gate: Gate) -> Findings:
    """An import is never loaded; what a file needs comes along with it."""
    for element in diagram.root.iterchildren(bpmn("import")):
        yield found(
            diagram,
            element,
            "import",
            Words(
                f"不载入 import 所指的文件（{(element.get('location') or '')[:80]}）。",
                f"The file of an import is not loaded ({(element.get('location') or '')[:80]}).",
            ),
            Words(
                "被调用的流程请放在同一批文件中。",
                "Hand in the processes that are called together with this file.",
            ),
            level="hint",
        )


def must_understand(diagram: Diagram, gate: Gate) -> Findings:
    """An extension that the author says must be understood, and which is not (BPMN 8.2.3)."""
    for element in diagram.root.iterchildren(bpmn("extension")):
        if (element.get("mustUnderstand") or "").strip() in ("true", "1"):
            name = (element.get("definition") or "extension")[:80]
            yield found(
                diagram,
                element,
                "must-understand",
                Words(
                    f"文件声明必须理解扩展 {name}，此处不支持它。",
                    f"The file says that the extension {name} must be understood; it is not known.",
                ),
                Words(
                    "若流程不依赖它，请删除该声明。",
                    "Delete the declaration if the process does not depend on it.",
                ),
            )


_DRAWN = {
    "choreography": Words("编排图（choreography）", "a choreography"),
    "globalChoreographyTask": Words("全局编排任务", "a global choreography task"),
    "globalConversation": Words("会话图（conversation）", "a conversation"),
    "globalTask": Words("全局任务（globalTask）", "a global task"),
    "globalUserTask": Words("全局用户任务", "a global user task"),
    "globalManualTask": Words("全局手工任务", "a global manual task"),
    "globalScriptTask": Words("全局脚本任务", "a global script task"),
    "globalBusinessRuleTask": Words("全局规则任务", "a global business rule task"),
}


def drawn_only(diagram: Diagram, gate: Gate) -> Findings:
    """Choreographies, conversations and global tasks do not run."""
    for element in diagram.root.iterchildren(*(bpmn(tag) for tag in _DRAWN)):
        words = _DRAWN[local(element)]
        yield found(
            diagram,
            element,
            "not-run",
            Words(f"{words.zh}不运行。", f"{words.en[:1].upper()}{words.en[1:]} is not run."),
            Words(
                "要运行请画成流程（process）；共用的步骤用调用活动调用流程。",
                "Draw a process to run it; call a process by a call activity for shared steps.",
            ),
            level="hint",
        )


RULES: tuple[FileRule, ...] = (quiet_processes, message_flows, imports, must_understand, drawn_only)
