"""What can go wrong, as one family. Programs read `code`, people read the Chinese sentence, both
are told the field and the rule.

    MedaidError
    ├── Refused                    the request is at fault: nothing was written
    │   ├── BadInput               a field breaks a rule of its form or of arithmetic
    │   ├── PolicyUndetermined     the policy gives no single answer: no clause, two, a missing fact
    │   ├── Conflict               the state forbids it: settled, reversed, other content under a
    key
    │   └── Forbidden              not the caller's: another hospital's, another region's
    └── Unavailable                the fault is ours (storage away, too busy): ask again, same key

Codes are stable: they are never renamed and never reused. `CODES` is the whole list with what each
means, and `docs/errors.md` is made from it. Raising a code that is not listed is itself an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, Self

CODES: Final[dict[str, str]] = {
    # form and arithmetic of what is sent
    "ENVELOPE": "报文格式不符合接口规范",
    "BODY_TOO_LARGE": "报文超过允许的大小",
    "FIELD_REQUIRED": "必填项缺失",
    "FIELD_FORMAT": "字段格式不符合要求",
    "FIELD_TOO_LONG": "字段超长",
    "FIELD_UNKNOWN": "字段不在接口规范内",
    "CODE_UNKNOWN": "代码不在字典内",
    "AMOUNT_FORMAT": "金额格式不符合要求",
    "AMOUNT_TOO_LONG": "金额超长",
    "AMOUNT_NEGATIVE": "金额不得为负",
    "AMOUNT_SUM": "金额勾稽关系不成立",
    "DATE_ORDER": "日期先后颠倒",
    "DATE_FUTURE": "日期晚于当前日期",
    "INFNO_UNKNOWN": "交易编号不受理",
    "CERTNO": "证件号码校验不通过",
    # policy
    "REGION_UNKNOWN": "统筹区未登记或无政策",
    "NO_POLICY": "当日无生效的政策",
    "POLICY_EXPIRED": "政策已过有效期",
    "CLAUSE_CONFLICT": "两条条款同时适用",
    "CLAUSE_GAP": "无条款适用",
    "FACT_MISSING": "缺少计算所需的事实",
    "FIGURE_MISSING": "政策标准尚无可引用的数值",
    "PACK_INVALID": "政策包不合规",
    "NO_CATALOGUE": "就医地当日无生效的医保目录",
    # state
    "PERSON_UNKNOWN": "人员不存在",
    "NOT_INSURED": "参保状态不正常",
    "VISIT_UNKNOWN": "就诊登记不存在",
    "VISIT_STATE": "就诊登记状态不允许该操作",
    "VISIT_OVERLAP": "就诊时间与已有登记重叠",
    "ALREADY_SETTLED": "该就诊(收费批次)已结算",
    "SETTLEMENT_UNKNOWN": "结算不存在",
    "ALREADY_REVERSED": "该结算已撤销",
    "REVERSE_LATER_FIRST": "须先撤销其后的结算",
    "MSGID_REUSED": "同一报文ID内容不一致",
    "MSGID_BLOCKED": "该报文ID已被冲正",
    "ORIGINAL_MISMATCH": "原交易信息不一致",
    "FILING_LATE": "备案晚于规定的时间",
    "FILING_MISSING": "缺少该待遇所需的备案",
    "REGION_SUSPENDED": "该地区直接结算已暂停",
    "DUPLICATE": "记录已存在",
    "STATE": "当前状态不允许该操作",
    "INSTITUTION_UNKNOWN": "定点医药机构未登记",
    "NOT_FOUND": "记录不存在",
    # funds and clearing
    "UNBALANCED": "借贷不平衡",
    "ACCOUNT_UNKNOWN": "会计科目不存在",
    "FUND_UNKNOWN": "无对应基金",
    "FLOW_FORBIDDEN": "该资金流向不被允许",
    "BUDGET_EXCEEDED": "超出批准的预算",
    "OVERDRAWN": "银行账户余额不足",
    "PERIOD_CLOSED": "会计期间已结账",
    "PERIOD_OPEN": "会计期间未结束或未结账",
    "PERSONAL_DATA": "账册不得出现个人信息",
    "BOOKS_TAMPERED": "账册校验不一致",
    # files dropped by departments, and their rows
    "MANIFEST": "清单文件不符合要求",
    "FILE_MISSING": "数据文件不存在",
    "FILE_DIGEST": "数据文件与清单的摘要不一致",
    "FILE_ROWS": "数据文件与清单的行数不一致",
    "FILE_ENCODING": "数据文件编码无法识别",
    "FILE_FORM": "数据文件格式不符合要求",
    "FILE_PERIOD": "所属期早于已接收的批次,或尚未开始",
    "PERSON_MISMATCH": "与已登记的人员信息不一致",
    "OVERLAP": "与已有记录时间重叠",
    "STALE": "已有更晚接收的记录",
    "EXCLUDES": "救助类型不能并存",
    "FILE_SEQUENCE": "批次序号不连续,或同一序号、所属期已接收过其他内容",
    # access
    "FORBIDDEN": "无权访问",
    "UNAUTHENTICATED": "身份验证不通过",
    "TIMESTAMP": "请求时间超出允许的时间窗",
    "NONCE_REUSED": "随机数已使用",
    "METHOD": "请求方法不受理",
    "MEDIA_TYPE": "内容类型不受理",
    "LOOKUP_LIMIT": "查询次数超过限额",
    "SIGNED_OUT": "已退出登录",
    "SEPARATION": "不相容岗位须分离",
    # ours
    "UNAVAILABLE": "系统暂不可用,请以同一报文ID重发",
    "BUSY": "同一人员并发业务过多,请以同一报文ID重发",
}


class Fault(NamedTuple):
    """One thing that is wrong with what was sent."""

    code: str
    field: str
    rule: str


class MedaidError(Exception):
    """Base of the family. `field` is the name the sender knows; `rule` says in Chinese what it must
    fulfil."""

    retry: bool = False

    def __init__(self, code: str, *, field: str = "", rule: str = "", **facts: str) -> None:
        if code not in CODES:
            raise AssertionError(f"error code {code} is not listed")
        self.code, self.field, self.rule, self.facts = code, field, rule, facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The Chinese sentence people read: meaning, field, rule."""
        parts = [CODES[self.code]]
        if self.field:
            parts.append(f"字段 {self.field}")
        if self.rule:
            parts.append(self.rule)
        return ":".join([parts[0], ",".join(parts[1:])]) if len(parts) > 1 else parts[0]


class Refused(MedaidError):
    """The request is at fault; nothing was written."""


class BadInput(Refused):
    """A field breaks a rule of its form or of arithmetic. `faults` lists all that is wrong where a
    whole body was read at once; the first of them is the error's own code, field and rule."""

    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Self:
        """One refusal that names every fault; there is at least one."""
        every = tuple(faults)
        first = every[0]
        error = cls(first.code, field=first.field, rule=first.rule)
        error.faults = every
        return error


class PolicyUndetermined(Refused):
    """The policy gives no single answer; `rule` names the clauses or the fact."""


class Conflict(Refused):
    """The stored state forbids it. `facts` may carry the id that stands in the way."""


class Forbidden(Refused):
    """Not the caller's to see or do."""


class Unavailable(MedaidError):
    """The fault is ours: storage away, throttled, too busy. The same request may be sent again with
    the same key."""

    retry = True


def check_said(approved: bool, reason: str, rule: str = "须写明不予同意的原因") -> None:
    """That the second of two people who does not agree says why. Raises BadInput FIELD_REQUIRED."""
    if not approved and not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule=rule)
