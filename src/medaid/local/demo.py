"""The story that `make run` tells after the deployment: rosters in, one stay settled layer by
layer, the retry, the reversal, the books.

Everything in it is made up: the people, the certificate numbers (area 000000 is none), the
hospitals. The policies are real ones.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from medaid.dropped.table import REASON, RESULT
from medaid.local import demo_catalogue, demo_month, drop
from medaid.local.hospital import Hospital
from medaid.local.offices import data, enter_institutions, enter_officers, publish_policies
from medaid.local.places import LOCAL
from medaid.local.stack import Stack, connected
from medaid.money import Fen
from medaid.settlement.model import Institution

DROPS: Final = (
    ("maoming-medical-security", "maoming-enrolment.csv", "enrolment", "440900", "茂名市参保名册"),
    ("maoming-civil-affairs", "maoming-roster.csv", "roster", "440900", "茂名市救助对象名册"),
    ("nanjing-medical-security", "nanjing-enrolment.csv", "enrolment", "320100", "南京市参保名册"),
    ("nanjing-civil-affairs", "nanjing-roster.csv", "roster", "320100", "南京市救助对象名册"),
)
OFFICE: Final = "440900"
PERIOD: Final = "2026-11"
CATALOGUE_OFFICERS: Final = ("maoming-catalogue", "maoming-manager")


def story(stack: Stack) -> None:
    """Shows on `stack` what the product does, in Chinese. Told again it goes on from the state that
    is there."""
    console = Console(highlight=False)
    connected(stack)
    institutions = [Institution(**row) for row in json.loads(data("institutions.json"))]
    enter_officers(stack)
    enter_institutions(institutions)
    publish_policies()
    by_code = {one.code: one for one in institutions}
    _drops(console, stack)
    console.rule("二、医保目录:茂名(编码为公开编码,价格、等级和比例均为虚构)")
    demo_catalogue.publish(console, stack, OFFICE, CATALOGUE_OFFICERS, data)
    maoming = Hospital(stack, by_code["H44090100001"], "440900")
    _maoming(console, maoming)
    _nanjing(console, Hospital(stack, by_code["H32010500001"], "320100"))
    demo_month.prepare(console, stack, maoming, _certno("maoming-roster.csv", 2))
    _books(console)
    _examples(maoming)


def _drops(console: Console, stack: Stack) -> None:
    console.rule("一、部门投递名册")
    for sender, name, kind, admdvs, title in DROPS:
        body = data(name)
        again = _answered_before(stack, sender, name)
        with console.status(f"投递{title}…"):
            manifest = drop.dropped(
                stack, sender, name, body, kind=kind, period=PERIOD, admdvs=admdvs
            )
            summary = drop.answered(stack, manifest, 90)
        feedback(
            console,
            stack,
            f"{title}(同一文件再次投递,登记不变,第一次的回答)" if again else title,
            manifest,
            summary,
        )


def _answered_before(stack: Stack, sender: str, name: str) -> bool:
    prefix = f"feedback/{sender}/{name.removesuffix('.csv')}.feedback.json"
    return bool(
        stack.cloud.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix=prefix).get("KeyCount")
    )


def feedback(
    console: Console, stack: Stack, title: str, manifest: str, summary: Mapping[str, Any]
) -> None:
    """The counts, and each row that went back with what is wrong with it."""
    from medaid.people.feedback import (
        OUTCOMES,
    )  # the same words as in the file; imported after `connected`

    counts: Mapping[str, int] = summary.get("counts", summary.get("rows", {}))
    told = ",".join(
        f"{OUTCOMES.get(name, name)} {number} 行" for name, number in counts.items() if number
    )
    console.print(f"[bold]{title}[/bold]:{told}")
    place = manifest.replace("drop/", "feedback/", 1).replace(".manifest.json", ".feedback.csv")
    body = stack.cloud.client("s3").get_object(Bucket=stack.bucket, Key=place)["Body"].read()
    for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig"))):
        if row[RESULT] == OUTCOMES["refused"]:
            console.print(f"   退回:{row['姓名']}——{row[REASON]}", soft_wrap=True)


def _maoming(console: Console, hospital: Hospital) -> None:
    console.rule("三、茂名:一次住院“一站式”结算(文件有效期内的住院:2021年6月)")
    person = hospital.person(_certno("maoming-roster.csv", 0))
    psn_no = person["baseinfo"]["psn_no"]
    console.print(
        f"1101 人员信息:{person['baseinfo']['psn_name']},"
        f"参保 {len(person['insuinfo'])} 项,救助身份 {len(person['idetinfo'])} 项"
    )
    mdtrt_id = hospital.stay(psn_no, "2021-06-20", "2021-06-30")
    lines = data("maoming-lines.csv")
    total = demo_catalogue.upload_lines(console, hospital, psn_no, mdtrt_id, lines)
    given = hospital.settling(psn_no, mdtrt_id, {"medfee_sumamt": total.yuan()})
    preview = hospital.call("2303", given)
    console.print(f"2303 预结算(不写入):个人应付 {preview['setlinfo']['psn_cash_pay']} 元")
    msgid = hospital.msgid()
    final = hospital.call("2304", given, msgid=msgid)
    _settlement(console, hospital, final)
    again = hospital.call("2304", given, msgid=msgid)
    console.print(
        f"同一报文重发:{'与第一次的回答完全相同,没有重复支付' if again == final else '回答不同!'}"
    )
    setl_id = final["setlinfo"]["setl_id"]
    back = hospital.call("2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": psn_no})
    console.print(
        f"2305 撤销:医疗费 {back['setlinfo']['medfee_sumamt']} 元,"
        f"基金 {back['setlinfo']['fund_pay_sumamt']} 元,年度累计已恢复,就诊登记重新打开"
    )
    settled = hospital.call("2304", given)
    console.print(
        f"重新结算:{settled['setlinfo']['setl_id']},"
        f"个人负担 {settled['setlinfo']['psn_cash_pay']} 元"
    )
    console.print(f"   解释任何一笔:.venv/bin/medaid explain {settled['setlinfo']['setl_id']}")


def _nanjing(console: Console, hospital: Hospital) -> None:
    console.rule("四、南京:大额住院,逐层支付;未经转诊,倾斜救助不付并说明(2026年10月)")
    psn_no = hospital.person(_certno("nanjing-roster.csv", 0))["baseinfo"]["psn_no"]
    mdtrt_id = hospital.stay(psn_no, "2026-10-08", "2026-10-30")
    bill = {
        "medfee_sumamt": "260000.00",
        "fulamt_ownpay_amt": "12000.00",
        "overlmt_selfpay": "0.00",
        "preselfpay_amt": "8000.00",
        "inscp_scp_amt": "240000.00",
    }
    donation = {"exp_content": {"othpay": [{"type": "donation", "amt": "2000.00"}]}}
    _settlement(
        console,
        hospital,
        hospital.call("2304", hospital.settling(psn_no, mdtrt_id, bill, **donation)),
    )


def _settlement(console: Console, hospital: Hospital, output: Mapping[str, Any]) -> None:
    info = output["setlinfo"]
    told = hospital.explanation(info["setl_id"])
    console.print(
        f"2304 结算 [bold]{info['setl_id']}[/bold],"
        f"医疗费 {info['medfee_sumamt']} 元,按{told['category_name']}:"
    )
    for line in told["sentences"]:
        console.print(f"   {line}", soft_wrap=True)
    table = Table("基金", "fund_pay_type", "支付(元)", "构成", box=None, pad_edge=False)
    for row in output["setldetail"]:
        table.add_row(
            row["fund_pay_type_name"],
            row["fund_pay_type"],
            row["fund_payamt"],
            row["setl_proc_info"],
        )
    table.add_row("个人现金", "", info["psn_cash_pay"], "")
    console.print(table)
    console.print(
        "   按存储的事实和政策版本重算:"
        f"{'完全一致' if told['replay'] == 'identical' else told['replay']}"
    )
    for line in told["warnings"]:
        console.print(f"   [yellow]注意:{line}[/yellow]", soft_wrap=True)


def _books(console: Console) -> None:
    from medaid.aws.clock import now
    from medaid.fund import service as fund
    from medaid.instants import civil_date

    today = civil_date(now())
    console.rule("六、账:试算平衡表")
    for admdvs, name in (
        ("440900", "茂名市"),
        ("440902", "茂南区(救助身份认定地)"),
        ("320100", "南京市"),
        ("320105", "建邺区(救助身份认定地)"),
    ):
        balance = fund.trial_balance(admdvs, today.replace(day=1), today)
        if not balance.rows:
            continue
        table = Table(
            "科目",
            "借方发生",
            "贷方发生",
            "余额",
            title=f"{name} {balance.title}",
            title_justify="left",
        )
        for row in balance.rows:
            table.add_row(
                f"{row.account.code} {row.account.name}",
                Fen(row.debits).yuan(),
                Fen(row.credits).yuan(),
                Fen(row.closing).yuan(),
            )
        console.print(table)
        console.print(f"   {'各基金借贷相等,平衡' if not balance.proof() else '不平衡!'}")


def _certno(name: str, row: int) -> str:
    return list(csv.DictReader(io.StringIO(data(name).decode("utf-8-sig"))))[row]["证件号码"]


EXAMPLE: Final = LOCAL / "example-1101.json"


def _examples(hospital: Hospital) -> None:
    """Writes a message that works when it is sent with curl."""
    EXAMPLE.parent.mkdir(parents=True, exist_ok=True)
    message = hospital.envelope(
        "1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": _certno("maoming-roster.csv", 0)}
    )
    EXAMPLE.write_text(json.dumps(message, ensure_ascii=False, indent=1), encoding="utf-8")


def example_call(stack: Stack, institution: str) -> str:
    """A curl line with $TOKEN that a reader can paste."""
    body = f'{{"infno":"1101","fixmedins_code":"{institution}"}}'
    given = f"@{EXAMPLE}" if EXAMPLE.exists() else body
    return (
        f'curl -s {stack.api}/fsi -H "Authorization: Bearer $TOKEN" '
        f"-H 'Content-Type: application/json' -d {shlex.quote(given)}"
    )
