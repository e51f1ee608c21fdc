"""Clearing between provinces and between the cities of one (X7, X12, X14, J35): filed, split,
billed, transferred, confirmed; prepaid; suspended.

What a treatment city files is made of its hospitals' statements, so that what regions clear is what
hospitals were owed: statements whose cut lies after the month before's and not after this month's,
and adjustments of the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from medaid.aws import exchange
from medaid.aws.outbox import message
from medaid.aws.steady import commit, commit_or_conflict
from medaid.aws.transaction import ConditionFailed, Write
from medaid.clearing import bills, national, records, regionfiles, rules, statements, store
from medaid.clearing.bills import Bill, Filing, Pair, Step
from medaid.clearing.store import ClearingItem
from medaid.errors import Conflict, Refused
from medaid.fund import service as fund
from medaid.instants import from_stored, stored
from medaid.money import Fen

_SETTLED: Final = timedelta(hours=1)
"""A run of statements ends within its function's quarter of an hour; an hour later nothing with an
earlier cut can appear."""


# -------------------------------------------------------------------------------------------------
# filing


def _cuts(treatment: str, month: str, now: datetime) -> tuple[datetime | None, datetime]:
    """The time that a month's filing covers: after the cut of the month filed before, up to this
    month's. Raises Refused PERIOD_OPEN."""
    held = list(store.query(f"R#month#{treatment}"))
    runs_made = [(item.sk, item.body["cut"]) for item in held]
    mine = next(
        (item.body["cut"] for item in held if item.sk == month and item.state == "done"), None
    )
    if mine is None or now < from_stored(mine) + _SETTLED:
        raise Refused("PERIOD_OPEN", field="month", rule=f"{treatment} {month} 尚未生成对账单")
    before = [cut for period, cut in runs_made if period < month]
    return (from_stored(before[-1]) if before else None), from_stored(mine)


def filings(treatment: str, month: str, now: datetime) -> list[Filing]:
    """What a treatment city files for `month`: by home city, its statements' groups and the
    adjustments. The same whenever it is asked."""
    since, cut = _cuts(treatment, month, now)
    counts: dict[str, int] = {}
    own: dict[str, dict[str, Fen]] = {}
    months = sorted({month, *(late for late, _, _ in store.late(treatment) if late < month)})
    for period in months:
        for institution in store.institutions(treatment, period):
            for statement in statements.made(treatment, institution, period):
                if (since is not None and statement.cut <= since) or statement.cut > cut:
                    continue
                for group, totals in statement.groups.items():
                    if group.home != treatment:
                        counts[group.home] = counts.get(group.home, 0) + totals.count
                        own[group.home] = rules.added(
                            own.get(group.home, {}), rules.group_funds(group, totals)
                        )
    adjusted: dict[str, dict[str, Fen]] = {}
    for item in store.query(f"W#{treatment}"):
        at = from_stored(item.at)
        if (since is None or at > since) and at <= cut:
            home = item.sk.split("#")[0]
            adjusted[home] = rules.added(adjusted.get(home, {}), records.fen(item.body))
    homes = sorted({*own, *adjusted})
    return [
        Filing(treatment, home, counts.get(home, 0), own.get(home, {}), adjusted.get(home, {}))
        for home in homes
    ]


def file_city(treatment: str, month: str, now: datetime) -> str:
    """Writes a city's filing for its province; answers the key."""
    content = regionfiles.filed(month, filings(treatment, month, now))
    return exchange.put(
        f"clearing/regions/{month}/{bills.province(treatment)}/in/{treatment}.zip",
        content,
        "application/zip",
    )


def _province_filings(province: str, month: str, cities: Sequence[str]) -> list[Filing]:
    found = []
    for city in cities:
        key = f"clearing/regions/{month}/{province}/in/{city}.zip"
        found += regionfiles.filings(month, exchange.get(key), key)
    return found


def file_province(province: str, month: str, cities: Sequence[str]) -> None:
    """Hands the national level what the province's cities filed of other provinces' people. Raises
    Refused NOT_FOUND while a city has not filed."""
    away = [
        one
        for one in _province_filings(province, month, cities)
        if bills.province(one.home) != province
    ]
    national.file(month, province, regionfiles.filed(month, away))


# -------------------------------------------------------------------------------------------------
# bills


def bill_province(province: str, month: str, now: datetime) -> list[Bill]:
    """Takes the national level's bills for a province in, each once, by either side's reading of
    its own file."""
    received = regionfiles.bills(exchange.get(national.answered_at(month, province)), province, now)
    return [_kept(bill) for bill in received]


def bill_cities(province: str, month: str, cities: Sequence[str], now: datetime) -> list[Bill]:
    """The province's own split between its cities (省内异地), by the same rules."""
    inside = [
        one
        for one in _province_filings(province, month, cities)
        if bills.province(one.home) == province
    ]
    return [_kept(bill) for bill in bills.shared_out(inside, month, cities, "province", now)]


def _kept(bill: Bill) -> Bill:
    """Stores a bill that is not there yet; what is negative in it waits for the next bill instead.
    Answers the bill as it is kept."""
    key = _key(bill)
    before = store.get(*key)
    if before is not None:
        return bill_of(before)
    negative = bills.carried(bill)
    kept = bills.without_negative(bill)
    writes = [
        store.create(*key, bill_body(kept), "bill", state=kept.state, at=kept.made),
        store.create(
            f"b#{bill.debtor}",
            f"{bill.month}#{bill.kind}#{bill.creditor}",
            {},
            "pointer",
            at=kept.made,
        ),
    ]
    writes += [
        store.adjustment(pair[0], pair[1], bill.bill_id, amounts, bill.made)
        for pair, amounts in negative.items()
    ]
    try:
        commit(writes)
    except ConditionFailed:
        return _kept(bill)
    return kept


def _key(bill: Bill) -> tuple[str, str]:
    return f"B#{bill.creditor}", f"{bill.month}#{bill.kind}#{bill.debtor}"


def bill_body(bill: Bill) -> dict[str, Any]:
    def pairs(parts: Mapping[Pair, Mapping[str, Fen]]) -> list[Any]:
        return [[*pair, records.plain(amounts)] for pair, amounts in sorted(parts.items())]

    steps = [[s.name, stored(s.at), s.by] for s in bill.steps]
    return {
        "count": bill.count,
        "parts": pairs(bill.parts),
        "disputed": pairs(bill.disputed),
        "steps": steps,
        "reasons": list(bill.reasons),
    }


def bill_of(item: ClearingItem) -> Bill:
    """The bill that was stored."""
    body = item.body
    month, kind, debtor = item.sk.split("#")
    parts, disputed = (
        {(c, d): records.fen(a) for c, d, a in body[name]} for name in ("parts", "disputed")
    )
    steps = tuple(Step(name, from_stored(at), by) for name, at, by in body["steps"])
    creditor = item.pk.split("#")[1]
    return Bill(
        creditor,
        debtor,
        month,
        kind,
        body["count"],
        parts,
        from_stored(item.at),
        steps,
        disputed,
        tuple(body["reasons"]),
        item.version,
    )


def owed_to(creditor: str, month: str = "") -> Iterator[Bill]:
    """Bills a region is owed by, of a month or of all."""
    return (bill_of(item) for item in store.query(f"B#{creditor}", f"{month}#" if month else ""))


def owed_by(debtor: str, month: str = "") -> Iterator[Bill]:
    """Bills a region owes."""
    for pointer in store.query(f"b#{debtor}", f"{month}#" if month else ""):
        period, kind, creditor = pointer.sk.split("#")
        item = store.get(f"B#{creditor}", f"{period}#{kind}#{debtor}")
        assert item is not None, "a pointer without its bill"
        yield bill_of(item)


def found(
    creditor: str, debtor: str, month: str, kind: str = "clearing"
) -> tuple[ClearingItem, Bill]:
    """One bill as stored. Raises Refused NOT_FOUND."""
    item = store.get(f"B#{creditor}", f"{month}#{kind}#{debtor}")
    if item is None:
        raise Refused("NOT_FOUND", field="bill", rule=f"{creditor} {debtor} {month} 无清算单")
    return item, bill_of(item)


def advance(
    creditor: str,
    debtor: str,
    month: str,
    step: str,
    by: str,
    now: datetime,
    kind: str = "clearing",
) -> Bill:
    """Takes a bill one step on (5 + 10 + 5 working days, X12). With `transferred` and `confirmed`
    the books of all cities concerned are written in the same transaction. The same step twice
    changes nothing. Raises Conflict STATE for a step out of order.
    """
    item, bill = found(creditor, debtor, month, kind)
    if bill.state == step:
        return bill
    after = bills.stepped(bill, step, by, now)
    writes: list[Write] = [store.replace(item, bill_body(after), "bill", state=step)]
    if step == "transferred":
        writes += fund.posting(*bills.transfer_entries(bill, now))
    elif step == "confirmed":
        writes += fund.posting(*bills.receipt_entries(bill, now))
    try:
        commit(writes)
    except ConditionFailed as lost:
        raise Conflict(
            "STATE", field=bill.bill_id, rule="清算单已被他人变更或会计期间已结账"
        ) from lost
    return after


def dispute(
    creditor: str,
    debtor: str,
    month: str,
    pair: Pair,
    amounts: Mapping[str, Fen],
    reason: str,
    now: datetime,
) -> Bill:
    """The debtor contests part of a bill before it pays: that part is not paid now and comes again
    with the next month's bill (X12)."""
    item, bill = found(creditor, debtor, month)
    after = bills.disputed(bill, pair, amounts, reason)
    number = f"DISPUTE-{bill.bill_id}-{len(after.reasons)}"
    writes = [
        store.replace(item, bill_body(after), "bill", state=bill.state),
        store.adjustment(pair[0], pair[1], number, amounts, now),
    ]
    try:
        commit(writes)
    except ConditionFailed as lost:
        raise Conflict("STATE", field=bill.bill_id, rule="清算单已被他人变更") from lost
    return after


# -------------------------------------------------------------------------------------------------
# prepayment


def paid_in(creditor: str, debtor: str, year: int) -> dict[str, Fen]:
    """What a region paid another in a year by its clearing bills, fen by fund."""
    mine = [
        b
        for b in owed_to(creditor, "")
        if b.debtor == debtor and b.kind == "clearing" and b.month[:4] == str(year)
    ]
    return rules.added(*(amounts for bill in mine for amounts in bill.payable().values()))


def held(treatment: str, home: str) -> dict[str, Fen]:
    """The prepayment of `home` that `treatment` holds, fen by fund; its interest is the treatment
    region's (X14) and is not in it."""
    item = store.get(f"P#{home}", treatment)
    return records.fen(item.body["amounts"]) if item else {}


def fix_prepayment(
    treatment: str, home: str, year: int, last_year: Mapping[str, Fen], now: datetime
) -> list[Bill]:
    """Fixes a year's prepayment by last year's payments: bills for what goes up and for what comes
    back. Once a year and pair.

    Raises PolicyUndetermined FACT_MISSING without figures of last year.
    """
    item = store.get(f"P#{home}", treatment)
    month = f"{year}-00"
    if item is not None and item.body["year"] >= year:
        return [
            b
            for b in (*owed_to(treatment, month), *owed_to(home, month))
            if {b.creditor, b.debtor} == {treatment, home}
        ]
    fixed = bills.prepayment(last_year, home)
    up, back = bills.refixed(records.fen(item.body["amounts"]) if item else {}, fixed)
    made = []
    if up:
        made.append(Bill(treatment, home, month, "prepayment", 0, {(treatment, home): up}, now))
    if back:
        made.append(
            Bill(home, treatment, month, "prepayment_return", 0, {(home, treatment): back}, now)
        )
    body = {"year": year, "amounts": records.plain(fixed)}
    key = (f"P#{home}", treatment)
    writes = [
        store.replace(item, body, "prepayment", state="fixed", at=now)
        if item
        else store.create(*key, body, "prepayment", state="fixed", at=now)
    ]
    for bill in made:
        writes.append(store.create(*_key(bill), bill_body(bill), "bill", state="made", at=now))
        writes.append(
            store.create(
                f"b#{bill.debtor}", f"{month}#{bill.kind}#{bill.creditor}", {}, "pointer", at=now
            )
        )
    try:
        commit(writes)
    except ConditionFailed:
        return fix_prepayment(treatment, home, year, last_year, now)
    return made


def usage(treatment: str, now: datetime) -> list[tuple[str, str, Fen, Fen]]:
    """Home regions whose unpaid bills use up their prepayment: (home, colour, outstanding, held);
    each colour of a month is told once."""
    outstanding: dict[str, int] = {}
    for bill in owed_to(treatment):
        if bill.kind == "clearing" and bill.state != "confirmed":
            outstanding[bill.debtor] = outstanding.get(bill.debtor, 0) + int(bill.total())
    found_alerts = []
    for home, fen in sorted(outstanding.items()):
        kept = Fen(sum(int(x) for x in held(treatment, home).values()))
        colour = bills.alert(Fen(fen), kept, treatment)
        if colour:
            found_alerts.append((home, colour, Fen(fen), kept))
            body = {
                "treatment": treatment,
                "home": home,
                "colour": colour,
                "outstanding": fen,
                "held": int(kept),
            }
            statements.once(
                message(
                    "clearing.prepayment", f"{treatment}-{home}-{now:%Y-%m}-{colour}", body, now
                )
            )
    return found_alerts


# -------------------------------------------------------------------------------------------------
# suspension


def suspend(region: str, by: str, reason: str, now: datetime) -> None:
    """Stops direct settlement of a region's people away from home (X7). Raises Conflict where it is
    stopped, Refused without a reason."""
    _switch(region, "suspended", by, reason, now)


def lift(region: str, by: str, reason: str, now: datetime) -> None:
    """Lets it go on. Raises Conflict where it was not stopped."""
    _switch(region, "open", by, reason, now)


def _switch(region: str, to: str, by: str, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Refused("FIELD_REQUIRED", field="reason", rule="须说明原因")
    item = store.get(f"S#{region}", "STATE")
    if (item.state if item else "open") == to:
        raise Conflict("STATE", field="region", rule=f"{region} 已是该状态")
    history = [
        *(item.body["history"] if item else []),
        {"to": to, "by": by, "reason": reason, "at": stored(now)},
    ]
    body = {"history": history}
    commit_or_conflict(
        [
            store.replace(item, body, "suspension", state=to, at=now)
            if item
            else store.create(f"S#{region}", "STATE", body, "suspension", state=to, at=now)
        ]
    )


def check_open(home: str, treatment: str) -> None:
    """Raises Conflict REGION_SUSPENDED where direct settlement of `home`'s people in `treatment` is
    stopped; the hospital is told why and what to do.

    Costs nothing at home; away it is one or two small reads.
    """
    if home[:4] == treatment[:4]:
        return
    regions = (
        (home, bills.province(home))
        if bills.province(home) != bills.province(treatment)
        else (home,)
    )
    for region in regions:
        item = store.get(f"S#{region}", "STATE")
        if item is not None and item.state == "suspended":
            reason = item.body["history"][-1]["reason"]
            raise Conflict(
                "REGION_SUSPENDED",
                field="insuplc_admdvs",
                rule=f"{region} 异地直接结算已暂停({reason}),请患者先行垫付后回参保地手工报销",
            )
