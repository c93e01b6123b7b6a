"""Facts of one invented case, by template; `stressed` makes names long and lists longer."""

from __future__ import annotations

import copy
from typing import Any

WINDOW = {
    "name": "二楼B区市场监管窗口",
    "place": "澜川市澜东区文汇路88号澜川市政务服务大厅",
    "phone": "0999-8812315",
    "hours": "工作日9:00—12:00，13:30—17:00",
}
REMEDIES = {
    "review_body": "澜川市人民政府",
    "review_days": 60,
    "court": "澜川市澜东区人民法院",
    "suit_months": 6,
}
MATERIALS = [
    {"name": "食品经营许可申请书", "form": "原件", "copies": 1},
    {"name": "营业执照或者其他主体资格证明文件", "form": "复印件", "copies": 1},
    {"name": "经营布局、操作流程文件", "form": "复印件", "copies": 2},
    {"name": "主要设备设施清单", "form": "原件", "copies": 1},
]
COMMON: dict[str, Any] = {
    "organ": "澜川市市场监督管理局",
    "date": "2026-11-20",
    "case": {
        "number": "419900202611180000127",
        "query_code": "7K3QXM",
        "item": "食品经营许可",
        "item_code": "11419900004177049W4410131002000",
        "subject": "新办餐饮服务食品经营许可",
    },
    "applicant": {"name": "澜川市澜东区老巷口餐饮店", "id": "91419900005200116X"},
    "agent": {"name": "王晓岚"},
    "received_on": "2026-11-18",
    "accepted_on": "2026-11-20",
    "materials": MATERIALS,
    "remedies": REMEDIES,
    "window": WINDOW,
}

OWN: dict[str, dict[str, Any]] = {
    "receipt": {
        "number": "澜市监收〔2026〕127号",
        "channel": "网上申报",
        "received_at": "2026-11-18T09:42",
        "acceptance": {"due": "2026-11-25", "provisional": False},
    },
    "acceptance": {
        "number": "澜市监受〔2026〕98号",
        "deemed": False,
        "limits": {
            "statutory": {"days": 30, "due": "2027-01-04", "provisional": True},
            "committed": {"days": 6, "due": "2026-11-30", "provisional": False},
        },
        "excluded": [{"name": "听证", "basis": "《行政许可法》第四十五条、第四十六条"}],
    },
    "supplement": {
        "number": "澜市监补〔2026〕31号",
        "repeated": False,
        "defects": [
            {
                "material": "经营布局、操作流程文件",
                "kind": "内容不全",
                "defect": "平面图未标明专间和餐用具清洗消毒区的位置。",
                "requirement": "重新绘制，标明各功能区、面积和人流物流方向。",
                "basis": "《食品经营许可和备案管理办法》第十三条",
            },
            {
                "material": "主要设备设施清单",
                "kind": "缺少",
                "defect": "未提交。",
                "requirement": "列明设备名称、数量，由申请人签名。",
                "basis": "《食品经营许可和备案管理办法》第十三条",
            },
        ],
        "deadline": {"due": "2026-12-21", "provisional": False},
        "consequence": "超过一个月未补齐补正的，本机关将作退件处理"
        "（《澜川市网上审批管理办法》第十八条）。",
    },
    "non-acceptance": {
        "number": "澜市监不受〔2026〕4号",
        "kind": "not_competent",
        "reasons": "你（单位）拟经营的场所位于临澜县，"
        "食品经营许可由经营场所所在地的县级市场监督管理部门实施。",
        "basis": "《中华人民共和国行政许可法》第三十二条第一款第二项",
        "competent_authority": "临澜县市场监督管理局",
    },
    "refusal": {
        "number": "澜市监不许〔2026〕9号",
        "facts": "2026年11月24日，本机关两名工作人员到经营场所核查，"
        "发现热食加工区与垃圾存放处相邻，无隔离设施；未设置餐用具清洗消毒水池。\n申请人在期限内未完成整改。",
        "reasons": "经营场所和设备布局不能防止食品交叉污染，不符合食品经营许可条件。",
        "basis": "《食品经营许可和备案管理办法》第十二条第四项、第二十二条",
    },
    "approval": {
        "number": "澜市监准〔2026〕76号",
        "certifies": "经审查，申请人的经营场所、设备设施和管理制度符合食品经营许可条件，"
        "准予从事核定范围内的食品经营活动。",
        "basis": "《中华人民共和国食品安全法》第三十五条",
        "licence": {
            "name": "食品经营许可证",
            "number": "JY24199000012765",
            "valid_from": "2026-11-27",
            "valid_until": "2031-11-26",
            "scope": "热食类食品制售；自制饮品制售",
        },
        "details": [
            {"title": "主体业态", "value": "餐饮服务经营者"},
            {"title": "经营场所地址", "value": "澜川市澜东区老巷口12号一层"},
        ],
        "delivery": {"due": "2026-12-04", "provisional": False},
    },
    "delivery-receipt": {
        "number": "澜市监送〔2026〕70号",
        "documents": [
            {"name": "准予行政许可决定书", "number": "澜市监准〔2026〕76号", "copies": 1},
            {"name": "食品经营许可证（正本、副本）", "number": "JY24199000012765", "copies": 2},
        ],
        "recipient": {"name": "王晓岚", "capacity": "代理人", "id": "4199021990****0029"},
        "method": "直接送达",
        "place": "澜川市政务服务大厅二楼B区市场监管窗口",
        "delivered_at": "2026-12-01T15:05",
        "deliverers": ["陈一鸣", "赵青"],
        "comparison": [
            {"material": "食品经营许可申请书", "same": True},
            {"material": "主要设备设施清单", "same": True, "note": "原件已存档"},
        ],
    },
    "return": {
        "number": "澜市监退〔2026〕11号",
        "reason": "申请人主动撤回申请",
        "explanation": "申请人于2026年11月25日书面提出撤回申请，拟另行选址后再次申请。",
        "basis": "《澜川市网上审批管理办法》第十八条",
    },
}


def sample(template: str) -> dict[str, Any]:
    """Return the facts of `template`, free to change."""
    return copy.deepcopy({**COMMON, **OWN[template]})


def stressed(template: str) -> dict[str, Any]:
    """Return them with names of 120 characters, a long code and 30 rows in each list."""
    facts = sample(template)
    facts["organ"] = (
        "澜川市自然资源和规划局澜东经济技术开发区分局（澜东经济技术开发区建设管理办公室）"
    )
    facts["applicant"]["name"] = (
        "澜川市" + "龘靐齉爩䶮㛃𬭎𫖯" * 12 + "餐饮管理有限公司（澜东区分公司）"
    )
    facts["applicant"]["id"] = "A1" * 60
    facts["case"]["subject"] = "在" + "澜东区文汇路与老巷口交叉处" * 12 + "新办许可"
    for name in ("materials", "defects", "documents", "comparison", "details"):
        if name in facts:
            facts[name] = [copy.deepcopy(facts[name][i % len(facts[name])]) for i in range(30)]
    return facts
