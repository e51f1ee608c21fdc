"""An office to test in: officers with their posts, persons with their standings, drafts of
applications, and a case walked along its life."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tests.people import recorded

from medaid import ids
from medaid.aws import counts, exchange
from medaid.aws.transaction import RetryPolicy, commit
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.fund.model.chart import funds
from medaid.ids import OfficerId
from medaid.instants import BEIJING
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.payments.model import AnswerProblem, Batch, SourceKind
from medaid.people import service as people
from medaid.people.model import Identity, Insurance, Person, Source
from medaid.policy.service import library
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.model import CareFacts, Case, Fees, Officer, Receipt, StatedAccount
from medaid.reimbursement.procedure import procedure
from medaid.reimbursement.rules import ActReason
from medaid.settlement.national.codes import person_group
from medaid.workdays import Calendar, published

NANJING: Final = "320100"
SOURCE: Final = Source("test", 1)


def at(text: str) -> datetime:
    """An instant from Beijing wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def office(calendar: Calendar | None = None, **changes: Any) -> service.Context:
    retry = RetryPolicy(sleep=lambda _: None)
    return replace(
        service.Context(
            procedure(),
            calendar or published(),
            library().policy_for,
            person_group=person_group,
            retry=retry,
        ),
        **changes,
    )


def officer(name: str, *roles: str, admdvs: str = NANJING, point: str = "") -> Officer:
    return Officer(name, admdvs, frozenset(roles), point)


INTAKE = officer("o-intake", "intake")
AUDITOR = officer("o-auditor", "auditor")
REVIEWER = officer("o-reviewer", "reviewer")
ACCOUNTANT = officer("o-accountant", "accountant")
CASHIER = officer("o-cashier", "cashier")
MANAGER = officer("o-manager", "manager")
INSPECTOR = officer("o-inspector", "inspector")


def given(reason: str = "", clause: str = "", request: str = "") -> ActReason:
    return ActReason(reason, clause, request)


def register(
    psn_no: str = "P1",
    categories: Sequence[str] = ("subsistence_allowance",),
    since: date = date(2024, 1, 1),
    admdvs: str = NANJING,
    *,
    endowed: bool = True,
) -> None:
    """A resident insured and assisted in `admdvs`, which has the money to pay."""
    if endowed:
        endow(at("2025-12-02 09:00"), admdvs=admdvs)
    when = datetime(2024, 1, 1, tzinfo=UTC)
    number = int(hashlib.sha256(psn_no.encode()).hexdigest(), 16)
    certno = f"32010119{60 + number % 30}0101{number % 1000:03d}"
    certno += "10X98765432"[
        sum(
            int(d) * w
            for d, w in zip(
                certno, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True
            )
        )
        % 11
    ]
    person = Person(
        psn_no, f"张{psn_no}", "1", "01", certno, date(int(certno[6:10]), 1, 1), source=SOURCE
    )
    writes = people.person_registered(person, when)
    writes += recorded.insurance_recorded(
        psn_no, None, Insurance("390", admdvs, "1", "1501", date(2020, 1, 1), source=SOURCE), when
    )
    for category in categories:
        writes += recorded.identity_recorded(
            psn_no, None, Identity(category, "民政", admdvs, since, None, when, SOURCE), when
        )
    commit(counts.merged(writes))


def draft(
    key: str = "1",
    psn_no: str = "P1",
    *,
    care: str = "inpatient",
    total: str = "10000.00",
    in_policy: str = "9000.00",
    begin: date = date(2026, 3, 2),
    end: date = date(2026, 3, 10),
    bill_no: str = "",
    point: str = "",
    admdvs: str = NANJING,
    **changes: Any,
) -> Case:
    """An application to the office of Nanjing; one receipt over the whole bill."""
    whole, inside = Fen.of_yuan(total), Fen.of_yuan(in_policy)
    case_id = service.case_id(admdvs, point or "office", key)
    receipt = Receipt(
        "3201", bill_no or f"N{key}", whole, end, "某医院", "paper", f"receipts/{case_id}/x", "x"
    )
    draft = Case(
        case_id,
        admdvs,
        admdvs,
        point,
        psn_no,
        "390",
        "03",
        "counter",
        CareFacts(care, begin, end, "某医院", level="2", place="city", filing="none"),
        Fees(whole, inside, whole - inside),
        at("2026-03-12 09:00"),
        person_group="adult",
        receipts=(receipt,),
        account=StatedAccount(f"张{psn_no}", "6222020000001234", "102301000000", "self"),
    )
    return replace(draft, **changes)


def opened(o: service.Context, case: Case, now: datetime, who: Officer = INTAKE) -> Case:
    return service.open_case(o, who, case, now, given(request=ids.content_hash(case.case_id)))


def granted(o: service.Context, case: Case, now: datetime) -> Case:
    """From draft to an obligation of the fund."""
    case = opened(o, case, now)
    case = service.accept(o, INTAKE, case.case_id, case.version, now, given())
    case = service.price(o, INTAKE, case.case_id, case.version, now, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, now, given("无重复"))
    return service.recheck(o, REVIEWER, case.case_id, case.version, now, given())


def released(o: service.Context, case: Case, now: datetime, batch: str) -> Case:
    """From an obligation to the bank."""
    case = service.order(o, ACCOUNTANT, case.case_id, case.version, now, given())
    return service.pay(o, CASHIER, case.case_id, case.version, batch, now, given())


def endow(now: datetime, fen: int = 10**12, admdvs: str = NANJING) -> None:
    """Money of every fund on a region's bank accounts, from before the month; once."""
    rows = [(key, number, "3001", Fen(fen)) for key in funds() for number in ("1001", "1002")]
    when = now.replace(day=1) - timedelta(days=1)
    fund.post(journal.movement("opening", admdvs, f"期初-{admdvs}-{fen}-{when:%Y-%m}", rows, when))


def open_batch(key: str, now: datetime, who: Officer = CASHIER, *, endowed: bool = True) -> Batch:
    """A batch for the bank, with money to pay from."""
    if endowed:
        endow(now, admdvs=who.admdvs)
    return payments.open_batch(Region(who.admdvs), key, OfficerId(who.officer_id), who.roles, now)


def close_batch(batch_id: str, now: datetime, who: Officer = CASHIER) -> Batch:
    """Closed, and its file written."""
    return payments.close_batch(
        Region(who.admdvs), batch_id, OfficerId(who.officer_id), who.roles, now
    )


def take(o: service.Context, content: bytes, now: datetime) -> tuple[int, list[AnswerProblem]]:
    """The bank's answer taken, as functions/payments does: lines taken, problems of the others."""
    listeners = {SourceKind.CASE: service.bank_listener(o)}
    report = payments.take_answer(content, listeners, now)
    return report.taken, list(report.problems)


def answer(batch: str, *lines: tuple[str, str, str, str]) -> bytes:
    """A bank's answer: (order, yuan, paid or failed, reason)."""
    total = sum((Fen.of_yuan(line[1]) for line in lines), Fen(0))
    rows = [
        f"H|{batch}",
        *("|".join(("D", *line)) for line in lines),
        f"T|{len(lines)}|{total.yuan()}",
    ]
    return ("\n".join(rows) + "\n").encode()


def confirmed(o: service.Context, case: Case, now: datetime, key: str = "b") -> Case:
    """From draft to the bank's confirmation."""
    batch = open_batch(key, now)
    case = released(o, granted(o, case, now), now, batch.batch_id)
    close_batch(batch.batch_id, now)
    assert case.order is not None
    taken, problems = take(
        o, answer(batch.batch_id, (case.order.order_id, case.order.amount.yuan(), "paid", "")), now
    )
    assert (taken, problems) == (1, [])
    return service.case_detail(o, MANAGER, case.case_id, now).case


def scan(case_id: str, content: bytes) -> str:
    """A file put where a presigned upload would have put it; answers its SHA-256."""
    image = b"\x89PNG\r\n\x1a\n" + content
    digest = hashlib.sha256(image).hexdigest()
    exchange.put(f"receipts/{case_id}/{digest}", image, "image/png")
    return digest
