"""Which fields each transaction takes, as the national interface states them
(定点医药机构接口规范): name, Chinese name, type, required.

Notation of the standard: `C30` text of at most 30 characters, `N16,2` a number, `D` yyyy-MM-dd,
`DT` yyyy-MM-dd HH:mm:ss, `*` required. Fields beyond these are allowed and ignored.
`±16,4` is a number that may be negative, of so many decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from medaid.settlement.national.query_fields import ITEMS_OF_LIST, QUERIES, QUERY_NAMES


class Field(NamedTuple):
    """One field of a transaction, as the standard states it."""

    name: str
    chinese: str
    kind: str
    size: int
    required: bool


ENVELOPE: Final = """
infno 交易编号 C6*
msgid 发送方报文ID C30*
mdtrtarea_admvs 就医地医保区划 C6*
insuplc_admdvs 参保地医保区划 C6
recer_sys_code 接收方系统代码 C10*
infver 接口版本号 C6*
opter_type 经办人类别 C3*
opter 经办人 C30*
opter_name 经办人姓名 C50*
inf_time 交易时间 DT*
fixmedins_code 定点医药机构编号 C30*
fixmedins_name 定点医药机构名称 C200*
"""

_PERSON: Final = "psn_no 人员编号 C30*"
_CARD: Final = "mdtrt_cert_type 就诊凭证类型 C3*\nmdtrt_cert_no 就诊凭证编号 C50*"
_BILL: Final = """
medfee_sumamt 医疗费总额 N16,2*
fulamt_ownpay_amt 全自费金额 N16,2
overlmt_selfpay 超限价自费费用 N16,2
preselfpay_amt 先行自付金额 N16,2
inscp_scp_amt 符合政策范围金额 N16,2
"""
"""The four parts come from the uploaded lines; without lines the hospital states them
(`settlement.lines.totals.bill_of`)."""
_SETTLE: Final = (
    f"{_PERSON}\n{_CARD}\n{_BILL}\npsn_setlway 个人结算方式 C6*\nmdtrt_id 就诊ID C30*"
    "\nacct_used_flag 个人账户使用标志 C3*\ninsutype 险种类型 C6*\nacct_pay 个人账户支出 N16,2"
)
_OUTPATIENT: Final = f"{_SETTLE}\nmed_type 医疗类别 C6*\nchrg_bchno 收费批次号 C30*"
_INPATIENT: Final = f"{_SETTLE}\nmid_setl_flag 中途结算标志 C3*\ndscgTime 出院时间 D"

_STATEMENT: Final = """
setl_optins 结算经办机构 C6*
clr_type 清算类别 C6*
stmt_begndate 对账开始日期 D*
stmt_enddate 对账结束日期 D*
medfee_sumamt 医疗费总额 C18*
fund_pay_sumamt 基金支付总额 C18*
fixmedins_setl_cnt 定点医药机构结算笔数 C10*
"""
"""Sums of a statement may be negative (a month of refunds), so they are read as text and checked
where they are compared."""

_LINE: Final = f"""
feedetl_sn 费用明细流水号 C30*
mdtrt_id 就诊ID C30*
{_PERSON}
fee_ocur_time 费用发生时间 DT*
med_list_codg 医疗目录编码 C50
medins_list_codg 医药机构目录编码 C150
det_item_fee_sumamt 明细项目费用总额 ±16,2*
cnt 数量 ±16,4*
pric 单价 N16,6*
dise_codg 病种编码 C30
rxno 处方号 C30
rx_circ_flag 外购处方标志 C3
sin_dos_dscr 单次剂量描述 C200
used_frqu_dscr 使用频次描述 C200
prd_days 周期天数 C8
medc_way_dscr 用药途径描述 C200
bilg_dept_codg 开单科室编码 C30
bilg_dept_name 开单科室名称 C100
bilg_dr_codg 开单医生编码 C30
bilg_dr_name 开单医师姓名 C50
acord_dept_codg 受单科室编码 C30
acord_dept_name 受单科室名称 C100
orders_dr_code 受单医生编码 C30
orders_dr_name 受单医生姓名 C50
hosp_appr_flag 医院审批标志 C3
tcmdrug_used_way 中药使用方式 C6
etip_flag 外检标志 C3
etip_hosp_code 外检医院编码 C30
dscg_tkdrug_flag 出院带药标志 C3
matn_fee_flag 生育费用标志 C6
exp_content 字段扩展 C4000"""
_SALE: Final = (
    f"{_PERSON}\n{_CARD}\nbegntime 开始时间 DT*\nmedfee_sumamt 医疗费总额 N16,2*"
    "\ninsutype 险种类型 C6*\nmed_type 医疗类别 C6*\nacct_used_flag 个人账户使用标志 C3*"
    "\nacct_pay 个人账户支出 N16,2\ndise_codg 病种编码 C30"
)
_SALE_LINE: Final = "\n".join(
    line for line in _LINE.split("\n") if not line.startswith(("mdtrt_id ", "psn_no "))
)
_INPATIENT_LINE: Final = (
    f"{_LINE}\ninit_feedetl_sn 原费用流水号 C30\ndrord_no 医嘱号 C30\nmed_type 医疗类别 C6"
    "\nmemo 备注 C500"
)

_OWN_CODE: Final = """
fixmedins_hilist_id 定点医药机构目录编号 C30*
fixmedins_hilist_name 定点医药机构目录名称 C200*
list_type 目录类别 C30*
med_list_codg 医疗目录编码 C50*
begndate 开始日期 D*
enddate 结束日期 D
aprvno 批准文号 C100
dosform 剂型 C200
exct_cont 除外内容 C2000
item_cont 项目内涵 C2000
prcunt 计价单位 C100
spec 规格 C500
pacspec 包装规格 C500
memo 备注 C500"""

_INJURY: Final = "trum_flag 外伤标志 C3\nrel_ttp_flag 涉及第三方标志 C3"
_VERSION: Final = "ver 版本号 C20*"
_PAGE: Final = "updt_time 更新时间 D*\npage_num 当前页数 C10*\npage_size 本页数据量 C10*"

INPUTS: Final[Mapping[str, tuple[str, str]]] = {
    **QUERIES,
    "1101": (
        "data",
        f"{_CARD}\npsn_cert_type 证件类型 C6\ncertno 证件号码 C50\npsn_name 姓名 C50"
        "\nbegntime 开始时间 DT",
    ),
    **dict.fromkeys(("1301", "1302", "1305", "1306"), ("data", _VERSION)),
    **dict.fromkeys(("1312", "1318", "1319"), ("data", f"hilist_code 医保目录编码 C50\n{_PAGE}")),
    "1316": ("data", f"med_list_codg 医疗目录编码 C50\n{_PAGE}"),
    "2101": ("druginfo", _SALE),
    "2102": ("druginfo", _SALE),
    "2103": ("data", f"setl_id 结算ID C30*\nmdtrt_id 就诊ID C30*\n{_PERSON}"),
    "2201": (
        "data",
        f"{_PERSON}\ninsutype 险种类型 C6*\nbegntime 开始时间 DT*\n{_CARD}"
        "\nipt_otp_no 住院/门诊号 C30*",
    ),
    "2202": ("data", f"{_PERSON}\nmdtrt_id 就诊ID C30*\nipt_otp_no 住院/门诊号 C30*"),
    "2203": (
        "mdtrtinfo",
        f"{_PERSON}\nmdtrt_id 就诊ID C30*\nmed_type 医疗类别 C6*\nbegntime 开始时间 DT*"
        "\ndise_codg 病种编码 C30",
    ),
    "2206": ("data", _OUTPATIENT),
    "2207": ("data", _OUTPATIENT),
    "2208": ("data", f"setl_id 结算ID C30*\nmdtrt_id 就诊ID C30*\n{_PERSON}"),
    "2204": ("feedetail", f"{_LINE}\nchrg_bchno 收费批次号 C30*"),
    "2205": ("data", f"mdtrt_id 就诊ID C30*\nchrg_bchno 收费批次号 C30*\n{_PERSON}"),
    "2301": ("feedetail", _INPATIENT_LINE),
    "2302": ("data", f"feedetl_sn 费用明细流水号 C30*\nmdtrt_id 就诊ID C30*\n{_PERSON}"),
    "2303": ("data", _INPATIENT),
    "2304": ("data", _INPATIENT),
    "2305": ("data", f"mdtrt_id 就诊ID C30*\nsetl_id 结算ID C30*\n{_PERSON}"),
    "2401": (
        "mdtrtinfo",
        f"{_PERSON}\ninsutype 险种类型 C6*\nbegntime 开始时间 DT*\n{_CARD}"
        "\nmed_type 医疗类别 C6*\nipt_no 住院号 C30*\ndise_codg 病种编码 C30"
        f"\ndscg_maindiag_code 住院主诊断代码 C20\n{_INJURY}",
    ),
    "2402": (
        "dscginfo",
        f"mdtrt_id 就诊ID C30*\n{_PERSON}\ninsutype 险种类型 C6*\nendtime 结束时间 DT*"
        "\ndscg_way 离院方式 C3*",
    ),
    "2403": (
        "adminfo",
        f"mdtrt_id 就诊ID C30*\n{_PERSON}\ninsutype 险种类型 C6\nbegntime 开始时间 DT*"
        f"\nmed_type 医疗类别 C6*\ndise_codg 病种编码 C30\n{_INJURY}",
    ),
    "2404": ("data", f"mdtrt_id 就诊ID C30*\n{_PERSON}"),
    "2405": ("data", f"mdtrt_id 就诊ID C30*\n{_PERSON}"),
    "2601": ("data", f"{_PERSON}\nomsgid 原发送方报文ID C30*\noinfno 原交易编号 C6*"),
    "3301": ("catalogcompin", _OWN_CODE),
    "3302": (
        "data",
        "fixmedins_code 定点医药机构编号 C30*\nfixmedins_hilist_id 定点医药机构目录编号 C30*"
        "\nlist_type 目录类别 C30*\nmed_list_codg 医疗目录编码 C50*",
    ),
    "3201": ("data", f"{_STATEMENT}\ninsutype 险种 C6*\nacct_pay 个人账户支付金额 C18*"),
    "3202": (
        "data",
        f"{_STATEMENT}\nfile_qury_no 文件查询号 C30*\ncash_payamt 现金支付金额 C18*"
        "\nrefd_setl_flag 退费结算标志 C3",
    ),
    "9101": (
        "fsUploadIn",
        "in 文件数据 C900000\nfilename 文件名 C200*"
        "\nfile_size 文件字节数 C8\nfile_sha256 文件SHA256摘要 C64",
    ),
    "9102": ("fsDownloadIn", "file_qury_no 文件查询号 C30*\nfilename 文件名 C200"),
    "9001": ("signIn", "opter_no 操作员编号 C20*\nmac 网卡MAC地址 C20\nip 签到IP地址 C20"),
    "9002": ("signOut", "sign_no 签到编号 C30*\nopter_no 操作员编号 C20*"),
}

OTHER_NODES: Final[Mapping[str, str]] = {"2403": "mdtrtinfo"}
"""Another name that programs have for a transaction's node."""

LISTS_BESIDE: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("2101", "2102"), ("drugdetail", _SALE_LINE)),
    "4101": ITEMS_OF_LIST,
}
"""A list of rows that a transaction has beside its node."""

KEPT_WHOLE: Final = frozenset({"3101", "3102", "3103"})
"""Transactions whose node is kept as it was sent."""

LISTS: Final = frozenset({"2204", "2301", "2302", "3301"})
"""Transactions whose node is a list of such rows, all of one visit."""

NAMES: Final[Mapping[str, str]] = {
    **QUERY_NAMES,
    "1101": "人员信息获取",
    "1301": "西药中成药目录下载",
    "1302": "中药饮片目录下载",
    "1305": "医疗服务项目目录下载",
    "1306": "医用耗材目录下载",
    "1312": "医保目录信息查询",
    "1316": "医疗目录与医保目录匹配信息查询",
    "1318": "医保目录限价信息查询",
    "1319": "医保目录先自付比例信息查询",
    "2101": "药店预结算",
    "2102": "药店结算",
    "2103": "药店结算撤销",
    "2201": "门诊挂号",
    "2202": "门诊挂号撤销",
    "2203": "门诊就诊信息上传",
    "2204": "门诊费用明细信息上传",
    "2205": "门诊费用明细信息撤销",
    "2206": "门诊预结算",
    "2207": "门诊结算",
    "2208": "门诊结算撤销",
    "2301": "住院费用明细上传",
    "2302": "住院费用明细撤销",
    "2303": "住院预结算",
    "2304": "住院结算",
    "2305": "住院结算撤销",
    "2401": "入院办理",
    "2402": "出院办理",
    "2403": "住院信息变更",
    "2404": "入院撤销",
    "2405": "出院撤销",
    "2601": "冲正",
    "3301": "目录对照上传",
    "3302": "目录对照撤销",
    "3201": "医药机构费用结算对总账",
    "3202": "医药机构费用结算对明细账",
    "9101": "文件上传",
    "9102": "文件下载",
    "9001": "签到",
    "9002": "签退",
}


@cache
def fields(table: str) -> tuple[Field, ...]:
    """The rows of a field table."""
    return tuple(_field(line) for line in table.split("\n") if line.strip())


def _field(line: str) -> Field:
    name, chinese, kind = line.split()
    required, kind = kind.endswith("*"), kind.rstrip("*")
    size = int(kind[1:].split(",")[0]) if kind[0] in "CN±" else {"D": 10, "DT": 19}[kind]
    decimals = kind.partition(",")[2]
    if kind[0] == "±" or decimals not in ("", "2"):
        return Field(name, chinese, f"{kind[0]}{decimals}", size, required)
    return Field(name, chinese, kind if kind in ("D", "DT") else kind[0], size, required)
