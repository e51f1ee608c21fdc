"""Field tables and names of the transactions beside the way of a visit, in the notation of
`fields`: those that ask and change nothing (2001, 52xx, 53xx, 1201, 90100), filings (25xx), and
the clearing of a month (3203 to 3209A)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PERSON: Final = "psn_no 人员编号 C30*"
_PERIOD: Final = "begntime 开始时间 DT*\nendtime 结束时间 DT"

_FILED: Final = "begndate 开始日期 D*\nenddate 结束日期 D"
_CLEARED: Final = (
    "clr_type 清算类别 C30*\nbegndate 开始日期 D*\nenddate 结束日期 D*\nclr_optins 清算经办机构 C6"
)
_WITHDRAWN: Final = f"trt_dcla_detl_sn 待遇申报明细流水号 C30*\n{_PERSON}"

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
    "2501": (
        "refmedin",
        f"{_PERSON}\nreflin_medins_no 转往医院编号 C12*\nmdtrtarea_admdvs 就医地区划 C6*"
        f"\nrefl_type 转院类型 C30*\nrefl_date 转院日期 D*\n{_FILED}"
        "\nrefl_old_mdtrt_id 转诊前就诊ID C30",
    ),
    "2502": ("data", _WITHDRAWN),
    "2503": (
        "data",
        f"{_PERSON}\ninsutype 险种类型 C6*\nopsp_dise_code 门慢门特病种目录代码 C30*"
        "\nopsp_dise_name 门慢门特病种名称 C300*\ninsu_optins 参保机构医保区划 C6*"
        "\nide_fixmedins_no 鉴定定点医药机构编号 C30*"
        "\nide_fixmedins_name 鉴定定点医药机构名称 C200*"
        "\nhosp_ide_date 医院鉴定日期 D*\ndiag_dr_codg 诊断医师编码 C30*"
        f"\ndiag_dr_name 诊断医师姓名 C50*\n{_FILED}",
    ),
    "2504": ("data", f"{_WITHDRAWN}\nmemo 备注 C500*"),
    "2505": (
        "data",
        f"{_PERSON}\nbiz_appy_type 业务申请类型 C3*\n{_FILED}\nfix_srt_no 定点排序号 C3*"
        "\nfixmedins_code 定点医药机构编号 C12*\nfixmedins_name 定点医药机构名称 C200*"
        "\nmemo 备注 C500",
    ),
    "2506": ("data", _WITHDRAWN),
    "2507": (
        "data",
        f"{_PERSON}\ninsutype 险种类型 C6*\nmdtrtarea_admdvs 就医地区划 C6*"
        "\nfixmedins_code 定点医药机构编号 C12*\ntrum_time 受伤时间 DT*\ntrum_site 受伤地点 C200"
        f"\ntrum_rea 致伤原因 C500*\n{_FILED}",
    ),
    "3203": (
        "data",
        f"{_CLEARED}\nclr_way 清算方式 C30\nsetlym 清算年月 C6*\npsntime 人次 C6*"
        "\nmedfee_sumamt 医疗费总额 C18*\nmed_sumfee 医保认可费用总额 C18*"
        "\nfund_appy_sum 基金申报总额 C18*\ncash_payamt 现金支付金额 C18*"
        "\nacct_pay 个人账户支付金额 C18*",
    ),
    "3204": ("data", "clr_appy_evt_id 机构清算申请事件ID C30*"),
    "3205": ("data", "clr_appy_evt_id 机构清算申请事件ID C30*"),
    "3206A": ("data", "setlym 清算年月 C6"),
    "3209A": ("data", _CLEARED),
    **dict.fromkeys(("3101", "3102", "3103"), ("data", "trig_scen 触发场景 C6")),
    "4101": (
        "setlinfo",
        "mdtrt_id 就诊ID C30*\nsetl_id 结算ID C30*\npsn_selfpay 个人自付 N16,2*"
        "\npsn_ownpay 个人自费 N16,2*"
        "\nacct_pay 个人账户支出 N16,2*\npsn_cashpay 个人现金支付 N16,2*"
        "\nhi_paymtd 医保支付方式 C3*\nbill_code 票据代码 C30*\nbill_no 票据号码 C30*"
        "\nbiz_sn 业务流水号 C50*\nsetl_begn_date 结算开始日期 D*\nsetl_end_date 结算结束日期 D*"
        "\nhsorg 医保机构 C200*\nhsorg_opter 医保机构经办人 C50*",
    ),
    "5201": ("data", f"{_PERSON}\n{_PERIOD}\nmed_type 医疗类别 C6\nmdtrt_id 就诊ID C30"),
    "5202": ("data", f"{_PERSON}\nmdtrt_id 就诊ID C30*"),
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
    "2501": "转院备案",
    "2502": "转院备案撤销",
    "2503": "人员慢特病备案",
    "2504": "人员慢特病备案撤销",
    "2505": "人员定点备案",
    "2506": "人员定点备案撤销",
    "2507": "人员意外伤害备案",
    "3203": "清算申请",
    "3204": "清算申请撤销",
    "3205": "清算申请状态查询",
    "3206A": "清算经办机构查询",
    "3209A": "清算申请结算明细查询",
    "3101": "明细审核事前分析服务",
    "3102": "明细审核事中分析服务",
    "3103": "事前事中服务反馈服务",
    "4101": "医疗保障基金结算清单信息上传",
    "5201": "就诊信息查询",
    "5202": "诊断信息查询",
    "5203": "结算信息查询",
    "5204": "费用明细查询",
    "5206": "人员累计信息查询",
    "5301": "人员慢特病备案查询",
    "5302": "人员定点信息查询",
    "5303": "在院信息查询",
    "5304": "转院信息查询",
    "90100": "人员缴费信息查询",
}

ITEMS_OF_LIST: Final = (
    "iteminfo",
    "med_chrgitm 医疗收费项目 C6*\namt 金额 N16,2*\nclaa_sumfee 甲类费用合计 N16,2*"
    "\nclab_amt 乙类金额 N16,2*\nfulamt_ownpay_amt 全自费金额 N16,2*\noth_amt 其他金额 N16,2*",
)
"""The rows of a settlement list (4101)."""
_DIAGNOSES: Final = (
    "diag_type 诊断类别 C3\ndiag_srt_no 诊断排序号 C3\ndiag_code 诊断代码 C20*"
    "\ndiag_name 诊断名称 C100\nmaindiag_flag 主诊断标志 C3\nadm_cond 入院病情 C500"
    "\ndiag_dept 诊断科室 C50\ndise_dor_no 诊断医生编码 C30\ndise_dor_name 诊断医生姓名 C50"
    "\ndiag_time 诊断时间 C30\nvali_flag 有效标志 C3"
)
MORE_BESIDE: Final[Mapping[str, Mapping[str, str]]] = {
    **{infno: {"diseinfo": _DIAGNOSES} for infno in ("2203", "2401", "2402", "2403")},
    "4101": {"payinfo": "fund_pay_type 基金支付类型 C30*\nfund_payamt 基金支付金额 N16,2*"},
}
"""Lists that a transaction may have beside its node and its rows; empty or absent means none."""
