"""The journal's events in words, and what of each an applicant sees.

`shared` names the details that the applicant may read; None keeps the whole event inside the house:
steps, opinions, lights and timers are internal until a notice says what they led to. `automatic` is
what the procedure does by itself, whoever set it off: the timeline names the system for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Words


@dataclass(frozen=True)
class Event:
    label: Words
    shared: tuple[str, ...] | None = None
    automatic: bool = False


EVENTS: dict[str, Event] = {
    "application_opened": Event(Words("填写申请", "application filled in"), ("item", "channel")),
    "material_uploaded": Event(Words("上传材料", "material uploaded"), ("material", "size")),
    "material_removed": Event(Words("撤下材料", "material removed"), ("material",)),
    "submitted": Event(Words("提交申请，收件", "application received"), ("channel",)),
    "supplement_requested": Event(
        Words("一次性告知补齐补正", "one-time notice: to be supplemented"), ("materials", "due_at")
    ),
    "supplement_answered": Event(
        Words("提交补齐补正", "supplement handed in"), ("round", "materials")
    ),
    "accepted": Event(Words("受理", "accepted"), ("as_of", "deemed", "limits")),
    "notice_issued": Event(Words("出具文书", "notice issued"), ("title", "number"), automatic=True),
    "notified": Event(Words("通知申请人", "applicant notified"), (), automatic=True),
    "decided": Event(Words("作出决定", "decided"), ("result",)),
    "returned": Event(Words("退件", "returned"), ("ground",)),
    "withdrawal_received": Event(Words("申请撤回", "withdrawal received"), ("by",)),
    "archived": Event(Words("归档办结", "closed and archived"), ("status",), automatic=True),
    "notice_drawn": Event(Words("生成文书文件", "document drawn")),
    "timer_fired": Event(Words("时限到期", "timer due")),
    "task_opened": Event(Words("环节开始", "task opened"), automatic=True),
    "task_claimed": Event(Words("签收", "task claimed")),
    "task_released": Event(Words("退回待办", "task released")),
    "task_reassigned": Event(Words("转派", "task reassigned")),
    "task_completed": Event(Words("环节办结", "task completed")),
    "task_cancelled": Event(Words("环节取消", "task cancelled"), automatic=True),
    "light_raised": Event(Words("亮灯", "light raised")),
    "put_off": Event(Words("办理出错，稍后重试", "failed, to be tried again")),
    "set_aside": Event(Words("办理出错，搁置待修复", "failed, set aside for a repair")),
    "repaired": Event(Words("更正流程数据", "process data corrected")),
    "resumed": Event(Words("故障排除，恢复运行", "repaired, goes on")),
    "operation_skipped": Event(Words("跳过操作", "operation skipped")),
}


def event_of(name: str) -> Event:
    """Return what an event is called; one that is not known yet stays inside and keeps its name."""
    return EVENTS.get(name) or Event(Words(name, name))
