"""Made-up people for tests. No number belongs to anybody: the area code 000000 is none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from medaid.people.certificate import check_character
from medaid.people.model import Filing, Identity, Insurance, Person, Source, Visit

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SOURCE = Source("B1", 7)


def certno(serial: int, *, birth: str = "19800101", male: bool = True, area: str = "000000") -> str:
    """A citizen number that holds, one for each serial (0 to 499) of a day."""
    seventeen = f"{area}{birth}{serial * 2 + male:03d}"
    return seventeen + check_character(seventeen)


def person(psn_no: str = "P1", **more: Any) -> Person:
    facts: dict[str, Any] = {
        "name": "张三",
        "sex": "1",
        "cert_type": "01",
        "certno": certno(1),
        "birth": date(1980, 1, 1),
        "source": SOURCE,
    }
    return Person(psn_no, **(facts | more))


def identity(
    category: str = "subsistence_allowance",
    start: date = date(2024, 1, 1),
    end: date | None = None,
    **more: Any,
) -> Identity:
    facts: dict[str, Any] = {
        "department": "civil_affairs",
        "admdvs": "440902",
        "recorded": NOW,
        "source": SOURCE,
    }
    return Identity(category=category, start=start, end=end, **(facts | more))


def insurance(begin: date = date(2024, 1, 1), **more: Any) -> Insurance:
    facts: dict[str, Any] = {
        "insutype": "390",
        "admdvs": "440900",
        "status": "1",
        "psn_type": "1501",
        "source": SOURCE,
    }
    return Insurance(begin=begin, **(facts | more))


def filing(**more: Any) -> Filing:
    facts: dict[str, Any] = {
        "filing_id": "F1",
        "kind": "referred",
        "insured_region": "440900",
        "destination": "440100",
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
    }
    return Filing(**(facts | more))


def visit(version: int = 1, **more: Any) -> Visit:
    facts: dict[str, Any] = {
        "mdtrt_id": "V1",
        "institution": "H44090000001",
        "admdvs": "440900",
        "insutype": "390",
        "home": "440900",
        "med_type": "21",
        "begin": date(2026, 3, 1),
        "end": None,
        "msgid": "M1",
        "notes": {"adm_bed": "3"},
    }
    return Visit(version=version, **(facts | more))


ROSTER: dict[str, str] = {
    "姓名": "张三",
    "性别": "男",
    "证件类型": "居民身份证",
    "证件号码": certno(1),
    "救助类型": "低保对象",
    "救助类型确定部门": "茂名市民政局",
    "户籍地址": "茂南区甲村",
    "居住地址": "茂南区甲村",
    "手机号码": "13800000000",
    "身份认定时间": "2024-01-01",
    "身份终止时间": "",
    "救助身份认定地区": "440902",
}
"""A row of a roster that holds."""

ENROLMENT: dict[str, str] = {
    "姓名": "张三",
    "性别": "男",
    "证件类型": "01",
    "证件号码": certno(1),
    "险种": "390",
    "参保地": "440900",
    "参保状态": "正常参保",
    "人员类别": "1501",
    "参保开始": "2024-01-01",
    "参保结束": "",
}
"""A row of an enrolment file that holds."""
