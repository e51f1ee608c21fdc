"""Numbers of the national interface that are not taken, each with what is said to who sends one: a
program is told once whether to wait, to ask elsewhere, or to send something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_STOCK: Final = "进销存信息由药品耗材追溯监管系统受理,不经结算系统"
_SELF_PAYING: Final = "自费病人信息不涉及医保结算,由医保信息平台的自费上传系统受理"
_RECORDS: Final = "电子病历由医保信息平台的病历上传系统受理"
_MOBILE: Final = "移动支付由国家医保服务平台受理"
_ATTRIBUTES: Final = "就医特殊属性的字段没有可引用的来源;外伤和第三方责任随 2401、2403 上传"
_CODES: Final = "代码表由医保信息平台下发;受理的代码见接口说明"
_STAFF: Final = "本系统不登记科室和医执人员,请查医保信息平台"
_LISTED: Final = "结算清单以 4101 上传后即为有效,重新上传即更正"
_CLAIMS: Final = "清算申请用 3203、3204、3205,对账用 3201、3202"
_BY_AGENCY: Final = "由参保地经办机构登记,不经医药机构接口"
_KEPT_BY_HOSPITAL: Final = "本系统不按人留存用药,请查医院系统;本院就诊的明细用 5204"
_LIST: Final = "该目录不提供下载;提供 1301、1302、1305、1306、1312、1316、1318、1319"

NOT_TAKEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("1303", "1304", "1306A", "1320", "1321"), _LIST),
    **dict.fromkeys(map(str, range(1307, 1312)), _LIST),
    **dict.fromkeys(("1313", "1314", "1315", "1317"), _LIST),
    **dict.fromkeys(map(str, range(1322, 1328)), _LIST),
    **dict.fromkeys(("2562", "2563", "2699"), _BY_AGENCY),
    **dict.fromkeys(("5101", "5102"), _STAFF),
    **dict.fromkeys(("2406", "2407"), _ATTRIBUTES),
    "1901": _CODES,
    **dict.fromkeys(("4102", "4103", "4104"), _LISTED),
    **dict.fromkeys(("3203A", "3211", "3212", "3260", "3261", "3262", "13203"), _CLAIMS),
    **dict.fromkeys(map(str, range(3501, 3508)), _STOCK),
    **dict.fromkeys(("4201", "4201A", "4202", "4203", "4204", "4205"), _SELF_PAYING),
    **dict.fromkeys(("4206", "4207", "4208", "4209", "4263"), _SELF_PAYING),
    **dict.fromkeys(("4301", "4302", "4401", "4402", "4501", "4601", "4701"), _RECORDS),
    **dict.fromkeys(("5205",), _KEPT_BY_HOSPITAL),
    **dict.fromkeys(("6201", "6203", "6301", "6401"), _MOBILE),
}


def why_not_taken(infno: str) -> str:
    """The rule that a refusal of `infno` names."""
    known = NOT_TAKEN.get(infno)
    return f"{infno} 不受理:{known}" if known else f"没有交易 {infno};受理的交易见接口说明"
