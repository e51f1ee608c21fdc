"""One story in which every transaction that is taken is sent once and done, and one number of each
kind that is not: what `transaction_pairs.json` is recorded from. Facts: the interface's tables."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from tests.settlement.hospital import NANJING, TOWNSHIP

from medaid.national_files import zipped

Say = Callable[..., Any]
"""infno, node, fields (and other nodes by name) → the output of an answer that is done."""
WHO: Final = {"psn_no": "P1", "insutype": "390"}
CARD: Final = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}
BED, WESTERN, MEDICINE = "001109000010000", "XN02AAM022A001010101161", "ZD03AAA0043010100166"
PERIOD: Final = {"begntime": "2024-06-01 00:00:00", "endtime": "2024-07-31 00:00:00"}
PAGE: Final = {"updt_time": "2021-01-01", "page_num": "1", "page_size": "2"}
NOT_TAKEN: Final = (
    "1307", "1901", "2406", "2562", "3203A", "3501", "4102", "4201A", "4301", "5101", "5205",
    "6201",
)  # fmt: skip
"""One of each reason."""


def line(number: str, mdtrt_id: str, **more: Any) -> dict[str, Any]:
    return {
        "feedetl_sn": number,
        "mdtrt_id": mdtrt_id,
        "psn_no": "P1",
        "fee_ocur_time": "2024-06-25 10:00:00",
        "med_list_codg": WESTERN,
        "cnt": "3",
        "pric": "12.345",
        "det_item_fee_sumamt": "37.04",
        **more,
    }


def settling(mdtrt_id: str, total: str, **more: Any) -> dict[str, Any]:
    given = {**WHO, **CARD, "medfee_sumamt": total, "psn_setlway": "01", "mdtrt_id": mdtrt_id}
    return given | {"acct_used_flag": "0"} | more


def tell(say: Say) -> None:
    """The story, in the order of a hospital's day."""
    sign = say("9001", "signIn", {"opter_no": "001", "mac": "00-00", "ip": "10.0.0.8"})
    say("1101", "data", {"mdtrt_cert_type": "02", "mdtrt_cert_no": "{certno}"})
    say("1201", "medinsinfo", {"fixmedins_type": "1", "fixmedins_code": NANJING.code})
    for infno in ("5301", "90100"):
        say(infno, "data", {"psn_no": "P1"})
    say("5302", "data", {"psn_no": "P1", "biz_appy_type": "03"})
    check = {**WHO, "fixmedins_code": NANJING.code, "med_type": "21", **PERIOD}
    say("2001", "data", check)
    _catalogue(say)
    asked, info = _stay(say)
    say("3201", "data", asked)
    _visit(say)
    _sale(say)
    _filing(say)
    _uploaded(say, info)
    say("9002", "signOut", {"sign_no": sign["signinoutb"]["sign_no"], "opter_no": "001"})


def _catalogue(say: Say) -> None:
    for infno in ("1301", "1302", "1305", "1306"):
        file = say(infno, "data", {"ver": "v0000"})
    say("9102", "fsDownloadIn", {"file_qury_no": file["file_qury_no"]})
    for infno in ("1312", "1316", "1318", "1319"):
        say(infno, "data", PAGE)
    own = {"fixmedins_hilist_id": "Y001", "list_type": "101", "med_list_codg": WESTERN}
    name = {"fixmedins_hilist_name": "吗啡片10mg", "begndate": "2024-01-01"}
    say("3301", "catalogcompin", [own | name])
    say("3302", "data", {"fixmedins_code": NANJING.code, **own})


def _stay(say: Say) -> tuple[dict[str, Any], dict[str, Any]]:
    """A stay whole, taken back, settled anew under 2304A, looked at; another cancelled. Answers
    what 3201 asks, and the settlement that stands."""
    admitted = {**WHO, **CARD, "begntime": "2024-06-20 09:00:00", "med_type": "21", "ipt_no": "Z1"}
    mdtrt_id = say("2401", "mdtrtinfo", admitted)["result"]["mdtrt_id"]
    which = {"mdtrt_id": mdtrt_id, "psn_no": "P1"}
    mended = {**which, "begntime": "2024-06-20 10:00:00", "med_type": "21"}
    say("2403", "adminfo", mended)
    lines = [
        line("1", mdtrt_id),
        line("2", mdtrt_id, med_list_codg=BED, pric="40", det_item_fee_sumamt="120.00"),
    ]
    say("2301", "feedetail", lines)
    refund = line("3", mdtrt_id, cnt="-1", det_item_fee_sumamt="-12.35", init_feedetl_sn="1")
    say("2301", "feedetail", [refund])
    say("2302", "data", [{"feedetl_sn": "3", **which}])
    ended = {**which, "insutype": "390", "endtime": "2024-06-30 09:00:00", "dscg_way": "1"}
    say("2402", "dscginfo", ended)
    say("2405", "data", which)
    say("5303", "data", {"psn_no": "P1", **PERIOD})
    say("2402", "dscginfo", ended)
    bill = settling(mdtrt_id, "157.04", mid_setl_flag="0")
    say("2303", "data", bill)
    first = say("2304", "data", bill)["setlinfo"]
    say("2305", "data", {**which, "setl_id": first["setl_id"]})
    settled = say("2304A", "data", bill)
    info = settled["setlinfo"] | {"setldetail": settled["setldetail"]}
    say("5203", "data", {"psn_no": "P1", "setl_id": info["setl_id"]})
    for infno in ("5202", "5204"):
        say(infno, "data", {"psn_no": "P1", "mdtrt_id": mdtrt_id})
    say("5201", "data", {"psn_no": "P1", **PERIOD})
    say("5206", "data", {"psn_no": "P1"})
    _cancelled(say, admitted)
    _lines_compared(say, info)
    asked = {"setl_optins": "320100", "clr_type": "21", "insutype": "390", "acct_pay": "0"}
    sums = {name: info[name] for name in ("medfee_sumamt", "fund_pay_sumamt")}
    days = {"stmt_begndate": "2024-07-01", "stmt_enddate": "2024-07-31"}
    return asked | sums | days | {"fixmedins_setl_cnt": "3"}, info


def _cancelled(say: Say, admitted: dict[str, Any]) -> None:
    again = admitted | {"begntime": "2024-07-02 09:00:00", "ipt_no": "Z2"}
    mdtrt_id = say("2401", "mdtrtinfo", again)["result"]["mdtrt_id"]
    say("2404", "data", {"mdtrt_id": mdtrt_id, "psn_no": "P1"})
    third = say("2401", "mdtrtinfo", again | {"ipt_no": "Z3"}, msgid="H32010500001-TAKEN-BACK")
    assert third["result"]["mdtrt_id"] != mdtrt_id
    say("2601", "data", {"psn_no": "P1", "omsgid": "H32010500001-TAKEN-BACK", "oinfno": "2401"})


def _lines_compared(say: Say, info: dict[str, Any]) -> None:
    amounts = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    row = [info["setl_id"], info["mdtrt_id"], "P1", *(info[name] for name in amounts), "0"]
    content = zipped("a.txt", ("\t".join(row) + "\n").encode())
    file = {"in": base64.b64encode(content).decode(), "filename": "a.zip"}
    number = say("9101", "fsUploadIn", file)["file_qury_no"]
    asked = {
        "setl_optins": "320100",
        "clr_type": "21",
        "stmt_begndate": "2024-07-01",
        "stmt_enddate": "2024-07-31",
        "medfee_sumamt": info["medfee_sumamt"],
        "fund_pay_sumamt": info["fund_pay_sumamt"],
        "cash_payamt": info["psn_cash_pay"],
        "fixmedins_setl_cnt": "1",
        "file_qury_no": number,
        "refd_setl_flag": "0",
    }
    say("3202", "data", asked)


def _visit(say: Say) -> None:
    """A visit whole and taken back to the last step; 2203A and 2207A beside."""
    begun = {"begntime": "2024-07-03 09:00:00"}
    registered = {**WHO, **CARD, **begun, "ipt_otp_no": "M1"}
    mdtrt_id = say("2201", "data", registered)["data"]["mdtrt_id"]
    which = {"mdtrt_id": mdtrt_id, "psn_no": "P1"}
    for infno in ("2203", "2203A"):
        say(infno, "mdtrtinfo", {**which, **begun, "med_type": "11"})
    say(
        "2204",
        "feedetail",
        [line("1", mdtrt_id, chrg_bchno="B1", fee_ocur_time="2024-07-03 10:00:00")],
    )
    bill = settling(mdtrt_id, "37.04", med_type="11", chrg_bchno="B1")
    say("2206", "data", bill)
    info = say("2207", "data", bill)["setlinfo"]
    say("2208", "data", {**which, "setl_id": info["setl_id"]})
    info = say("2207A", "data", bill)["setlinfo"]
    say("2208", "data", {**which, "setl_id": info["setl_id"]})
    say("2205", "data", {**which, "chrg_bchno": "0000"})
    say("2202", "data", {**which, "ipt_otp_no": "M1"})


def _sale(say: Say) -> None:
    drug = {"feedetl_sn": "1", "fee_ocur_time": "2024-07-04 15:00:00", "med_list_codg": MEDICINE,
            "cnt": "2", "pric": "15.50", "det_item_fee_sumamt": "31.00"}  # fmt: skip
    sale = {**WHO, **CARD, "begntime": "2024-07-04 15:00:00", "medfee_sumamt": "31.00"}
    sale |= {"med_type": "41", "acct_used_flag": "0"}
    say("2101", "druginfo", sale, drugdetail=[drug])
    for infno in ("2102", "2102A"):
        info = say(infno, "druginfo", sale, drugdetail=[drug])["setlinfo"]
        which = {"setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"], "psn_no": "P1"}
        say("2103", "data", which)


def _filing(say: Say) -> None:
    given = {"psn_no": "P1", "reflin_medins_no": TOWNSHIP.code, "mdtrtarea_admdvs": "450100"}
    days = {"refl_date": "2024-07-05", "begndate": "2024-07-05", "enddate": "2024-12-31"}
    filed = say("2501", "refmedin", given | days | {"refl_type": "1"})
    say("5304", "data", {"psn_no": "P1", **PERIOD})
    say("2502", "data", {"trt_dcla_detl_sn": filed["trt_dcla_detl_sn"], "psn_no": "P1"})
    _filed_here(say)


def _filed_here(say: Say) -> None:
    """A chronic disease, the institution chosen, an injury."""
    days = {"begndate": "2024-07-05", "enddate": "2024-12-31"}
    here = {"fixmedins_code": NANJING.code}
    chronic = {**WHO, **days, "opsp_dise_code": "M03900", "opsp_dise_name": "高血压"}
    chronic |= {"insu_optins": "320100", "ide_fixmedins_no": NANJING.code}
    chronic |= {"ide_fixmedins_name": NANJING.name, "hosp_ide_date": "2024-07-01"}
    filed = say("2503", "data", chronic | {"diag_dr_codg": "D1", "diag_dr_name": "王医生"})
    number = {"trt_dcla_detl_sn": filed["trt_dcla_detl_sn"], "psn_no": "P1"}
    say("2504", "data", number | {"memo": "误报"})
    chosen = {"psn_no": "P1", "biz_appy_type": "03", **days, "fix_srt_no": "1", **here}
    filed = say("2505", "data", chosen | {"fixmedins_name": NANJING.name})
    say("2506", "data", {"trt_dcla_detl_sn": filed["trt_dcla_detl_sn"], "psn_no": "P1"})
    hurt = {"mdtrtarea_admdvs": NANJING.admdvs, "trum_time": "2024-07-04 08:00:00"}
    say("2507", "data", {**WHO, **here, **hurt, "trum_rea": "跌倒", **days})


def _uploaded(say: Say, info: dict[str, Any]) -> None:
    """Audits, and the settlement list."""
    for infno in ("3101", "3102", "3103"):
        patient = {"patn_id": "P1", "ma_amt": "1.00"}
        say(infno, "data", {"trig_scen": "1", "patient_dtos": [patient]})
    names = ("mdtrt_id", "setl_id", "acct_pay")
    listed = {name: info[name] for name in names}
    listed |= {"psn_selfpay": "0.00", "psn_ownpay": info["psn_part_amt"]}
    listed |= {"psn_cashpay": info["psn_cash_pay"], "hi_paymtd": "1", "bill_code": "3201001"}
    listed |= {"bill_no": "0001", "biz_sn": "1", "hsorg": "南京市医保中心", "hsorg_opter": "001"}
    listed |= {"setl_begn_date": "2024-06-20", "setl_end_date": "2024-06-30"}
    paid = [
        {"fund_pay_type": row["fund_pay_type"], "fund_payamt": row["fund_payamt"]}
        for row in info["setldetail"]
    ]
    for infno in ("4101", "4101A"):
        items = [_item("01", "120.00", "claa_sumfee"), _item("09", "37.04", "clab_amt")]
        say(infno, "setlinfo", listed, payinfo=paid, iteminfo=items)


def _item(code: str, amount: str, column: str) -> dict[str, str]:
    parts = dict.fromkeys(("claa_sumfee", "clab_amt", "fulamt_ownpay_amt", "oth_amt"), "0.00")
    return {"med_chrgitm": code, "amt": amount, **parts, column: amount}


def tell_in_august(say: Say) -> None:
    """The month is applied for, after it was closed."""
    applied = {"clr_type": "21", "clr_way": "01", "begndate": "2024-07-01", "enddate": "2024-07-31"}
    sums = say("3209A", "data", applied)
    assert sums["data"]
    asked = applied | {"setlym": "202407", "psntime": "3", "medfee_sumamt": "157.04"}
    asked |= AUGUST_SUMS
    number = say("3203", "data", asked)["clr_appy_evt_id"]
    for infno in ("3205", "3205A"):
        say(infno, "data", {"clr_appy_evt_id": number})
    say("3206A", "data", {"setlym": "202407"})
    say("3204", "data", {"clr_appy_evt_id": number})


AUGUST_SUMS: Final = {
    "med_sumfee": "138.01",
    "fund_appy_sum": "138.01",
    "cash_payamt": "19.03",
    "acct_pay": "0.00",
}
"""What the month comes to: a stay settled, taken back, settled anew."""
