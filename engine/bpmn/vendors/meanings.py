"""What other engines' words mean, and what to do about them here: one entry a word.

"error": without it the case would go another way than its author drew, or lose data. "hint": the
case goes the same way. Words that only tune their engine (`IDLE`) are told once a file.
Source: the reference manuals of Camunda 7 and 8, Flowable 7, Activiti 6 and SpiffArena.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.findings import Level
from engine.errors import Words


@dataclass(frozen=True)
class Meaning:
    """What a word means there, and the remedy here; with "error" it stands against a deployment."""

    level: Level
    means: Words
    remedy: Words


def _means(level: Level, zh: str, en: str, do_zh: str, do_en: str) -> Meaning:
    return Meaning(level, Words(zh, en), Words(do_zh, do_en))


_OPERATION = (
    "请改为服务任务并用 lianban:operation 指明操作，或删除。",
    "Make it a service task with lianban:operation, or delete it.",
)
_SCRIPT = (
    "请在前后加脚本任务，每行写“名称 = 表达式”，或删除。",
    "Add a script task before or behind it with lines `name = expression`, or delete it.",
)
_LIMIT = ("时限请用 lianban:limit 和定时边界事件。", "Use lianban:limit and boundary timers.")
_DELETE = ("可以删除。", "It may be deleted.")
_FORM = (
    "办理时用通用表单；要填写字段，请在 forms/ 建表单并写 lianban:form。",
    "The step gets the generic form; for fields, add a form under forms/ and lianban:form.",
)
_CODE = _means("error", "由 Java 代码执行", "is carried out by Java code", *_OPERATION)
_LISTENER = _means(
    "error", "是监听器，到此处时运行代码", "is a listener that runs code here", *_OPERATION
)
_MAPPING = _means("error", "在进入或离开时改写数据", "maps data on the way in or out", *_SCRIPT)
_FIELDS = _means("hint", "列出该引擎自己的表单字段", "lists fields of its own forms", *_FORM)
_ERROR_DATA = _means(
    "error",
    "把错误的代码或文字存入数据",
    "stores the error's code or text as data",
    "请删除，后面的条件不要使用它。",
    "Delete it, and use it in no condition.",
)
_RESULT = _means(
    "error",
    "把结果存入另一个名称",
    "stores the result under a name",
    "脚本请写“名称 = 表达式”。",
    "In a script write `name = expression`.",
)
_DECISION = _means(
    "error",
    "调用该引擎部署的决策表",
    "calls a decision deployed in that engine",
    "请用网关上的条件，或脚本任务里的表达式。",
    "Use conditions on a gateway, or a script task.",
)
_DUE = _means("hint", "给出到期时间", "gives a due date", *_LIMIT)
_STARTERS = _means(
    "hint",
    "限定谁可以发起",
    "says who may start it",
    "此处由事项的申请人发起。",
    "Here the applicant of an item starts it.",
)
_BINDING = _means(
    "hint",
    "指定所调用流程的版本",
    "chooses the version of what is called",
    "此处调用随同部署的那一版。",
    "Here it calls the version deployed along with it.",
)
_SKIP = _means(
    "hint",
    "给出跳过环节的条件，在原引擎中默认也不启用",
    "may skip the step, off by default there",
    "要跳过请画排他网关。",
    "Draw an exclusive gateway to skip it.",
)
_INITIATOR = _means(
    "hint",
    "把发起人存入数据",
    "stores who started it as data",
    "此处不存入；表达式中不要使用它。",
    "It is not stored here; use it in no expression.",
)
_INSTRUCTIONS = _means("hint", "是显示给办理人的说明", "is a text shown to the person", *_FORM)

JAVA: Mapping[str, Meaning] = {
    "class": _CODE,
    "delegateExpression": _CODE,
    "expression": _CODE,
    "type": _means(
        "error", "由原引擎的外部任务或内置程序执行", "is a job of that engine", *_OPERATION
    ),
    "executionListener": _LISTENER,
    "taskListener": _LISTENER,
    "eventListener": _LISTENER,
    "connector": _means("error", "调用连接器", "calls a connector", *_OPERATION),
    "inputOutput": _MAPPING,
    "formData": _FIELDS,
    "formProperty": _FIELDS,
    "resultVariable": _RESULT,
    "resultVariableName": _RESULT,
    "resource": _means(
        "error", "脚本在另一个文件中", "takes the script from another file", *_SCRIPT
    ),
    "errorCodeVariable": _ERROR_DATA,
    "errorMessageVariable": _ERROR_DATA,
    "errorVariableName": _ERROR_DATA,
    "mapException": _means(
        "error", "把 Java 异常变为错误事件", "turns Java exceptions into errors", *_DELETE
    ),
    "caseRef": _means(
        "error", "调用 CMMN 案例", "calls a CMMN case", "请调用 BPMN 流程。", "Call a BPMN process."
    ),
    "variableMappingClass": _MAPPING,
    "variableMappingDelegateExpression": _MAPPING,
    "calledElementBinding": _BINDING,
    "calledElementVersion": _BINDING,
    "calledElementVersionTag": _BINDING,
    "decisionRef": _DECISION,
    "ruleVariablesInput": _DECISION,
    "dueDate": _DUE,
    "followUpDate": _DUE,
    "businessCalendarName": _DUE,
    "initiator": _INITIATOR,
    "candidateStarterGroups": _STARTERS,
    "candidateStarterUsers": _STARTERS,
    "potentialStarter": _STARTERS,
    "skipExpression": _SKIP,
    "elementIndexVariable": _means(
        "error",
        "把第几份存入数据",
        "stores the number of the instance as data",
        "请删除，表达式中不要使用它。",
        "Delete it, and use it in no expression.",
    ),
}

ZEEBE: Mapping[str, Meaning] = {
    "taskDefinition": _means(
        "error", "由 Zeebe 的作业程序执行", "is a job of a Zeebe worker", *_OPERATION
    ),
    "ioMapping": _MAPPING,
    "executionListeners": _LISTENER,
    "taskListeners": _LISTENER,
    "calledDecision": _DECISION,
    "script": _means("error", "是 FEEL 脚本", "is a FEEL script", *_SCRIPT),
    "taskSchedule": _DUE,
    "subscription": _means(
        "hint",
        "给出消息的关联键",
        "gives the key that a message is told by",
        "此处消息按名称送达本办件。",
        "Here a message reaches the case by its name.",
    ),
    "userTaskForm": _FIELDS,
    "adHoc": _means(
        "error",
        "由表达式选择执行哪些环节",
        "chooses the activities by an expression",
        "请用包容网关。",
        "Use an inclusive gateway.",
    ),
}

SPIFF: Mapping[str, Meaning] = {
    "preScript": _means(
        "error", "环节之前运行的脚本", "is a script that runs before the step", *_SCRIPT
    ),
    "postScript": _means(
        "error", "环节之后运行的脚本", "is a script that runs after the step", *_SCRIPT
    ),
    "serviceTaskOperator": _means("error", "调用连接器", "calls a connector", *_OPERATION),
    "calledDecisionId": _DECISION,
    "messagePayload": _means(
        "error", "计算消息所带的数据", "computes what a message carries", *_DELETE
    ),
    "messageVariable": _means(
        "error", "把消息的数据存入名称", "stores what a message carries", *_DELETE
    ),
    "processVariableCorrelation": _means(
        "error", "用数据关联消息", "tells messages by data", *_DELETE
    ),
    "payloadExpression": _means(
        "error", "计算事件所带的数据", "computes what an event carries", *_DELETE
    ),
    "variableName": _means(
        "error", "把事件的数据存入名称", "stores what an event carries", *_DELETE
    ),
    "scriptsOnInstances": _means(
        "error", "对每一份运行脚本", "runs scripts on instances", *_SCRIPT
    ),
    "instructionsForEndUser": _INSTRUCTIONS,
    "allowGuest": _means(
        "hint",
        "允许不登录的人办理",
        "lets people act without signing in",
        "此处由岗位办理，写 lianban:post。",
        "Here a post acts: lianban:post.",
    ),
    "guestConfirmation": _INSTRUCTIONS,
    "signalButtonLabel": _means(
        "hint",
        "在页面上给出发送信号的按钮",
        "shows a button for the signal",
        "此处信号由流程抛出。",
        "Here a signal is thrown by a process.",
    ),
}

DROOLS: Mapping[str, Meaning] = {
    "taskName": _means("error", "由 jBPM 的程序执行", "is a work item of jBPM", *_OPERATION),
    "ruleFlowGroup": _DECISION,
    "dmnRef": _DECISION,
    "onEntry-script": _LISTENER,
    "onExit-script": _LISTENER,
}

# Words that tune their engine and say nothing of the process.
IDLE = frozenset(
    [
        "modelerTemplate",
        "modelerTemplateVersion",
        "modelerTemplateIcon",
        "formFieldValidation",
        "dataType",
        "userType",
        "text",
        "metaData",
        "packageName",
        "adHoc",
        "bgcolor",
        "dtype",
        "selectable",
        "mapDecisionResult",
        "decisionRefBinding",
        "decisionRefVersion",
        "decisionTableReferenceKey",
        "bindingType",
        "async",
        "asyncBefore",
        "asyncAfter",
        "exclusive",
        "triggerable",
        "failedJobRetryTimeCycle",
        "jobPriority",
        "taskPriority",
        "priority",
        "priorityDefinition",
        "historyTimeToLive",
        "versionTag",
        "category",
        "tenantId",
        "isStartableInTasklist",
        "properties",
        "property",
        "field",
        "userTask",
        "autoStoreVariables",
        "taskHeaders",
        "unitTests",
        "isEagerExecutionFetching",
        "sameDeployment",
        "fallbackToDefaultTenant",
        "version",
        "topic",
        "formHandlerClass",
        "formRefBinding",
        "formRefVersion",
        "linkedResources",
    ]
)
