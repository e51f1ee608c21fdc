"""Field tables and names of the transactions that ask and change nothing (2001, 52xx, 53xx, 1201,
90100), in the notation of `fields`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PERSON: Final = "psn_no 人员编号 C30*"
_PERIOD: Final = "begntime 开始时间 DT*\nendtime 结束时间 DT"

QUERIES: Final[Mapping[str, tuple[str, str]]] = {
    "1201": (
        "medinsinfo",
        "fixmedins_type 定点医疗服务机构类型 C6*\nfixmedins_code 定点医药机构编号 C30*"
        "\nfixmedins_name 定点医药机构名称 C200",
    ),
    "2001": (
        "data",
        f"{_PERSON}\ninsutype 险种类型 C6*\nfixmedins_code 定点医药机构编号 C30*"
        f"\nmed_type 医疗类别 C6*\n{_PERIOD}\ndise_codg 病种编码 C30",
    ),
    "5201": ("data", f"{_PERSON}\n{_PERIOD}\nmed_type 医疗类别 C6\nmdtrt_id 就诊ID C30"),
    "5204": ("data", f"{_PERSON}\nmdtrt_id 就诊ID C30*\nsetl_id 结算ID C30"),
    "5206": ("data", f"{_PERSON}\ncum_ym 累计年月 C6"),
    "5301": ("data", _PERSON),
    "5302": ("data", f"{_PERSON}\nbiz_appy_type 业务申请类型 C6*"),
    "5303": ("data", f"{_PERSON}\n{_PERIOD}"),
    "5203": ("data", f"{_PERSON}\nsetl_id 结算ID C30*\nmdtrt_id 就诊ID C30"),
    "5304": ("data", f"{_PERSON}\n{_PERIOD}"),
    "90100": ("data", _PERSON),
}

QUERY_NAMES: Final[Mapping[str, str]] = {
    "1201": "医药机构信息获取",
    "2001": "人员待遇享受检查",
    "5201": "就诊信息查询",
    "5203": "结算信息查询",
    "5204": "费用明细查询",
    "5206": "人员累计信息查询",
    "5301": "人员慢特病备案查询",
    "5302": "人员定点信息查询",
    "5303": "在院信息查询",
    "5304": "转院信息查询",
    "90100": "人员缴费信息查询",
}
