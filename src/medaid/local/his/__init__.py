"""`medaid his`: hospitals at work against the running stack, over a line on which calls die. Whole
visits with fee lines, retries, reversals; at the end every hospital's own book is held against the
platform."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from medaid.client import HospitalVisits, post_once
from medaid.client.client import BEIJING
from medaid.local import demo, demo_catalogue, offices
from medaid.local.errors import LocalError
from medaid.local.his.closing import CLR_TYPES, ClosedHospital, added, close
from medaid.local.his.desk import HospitalDesk
from medaid.local.his.faults import FAULTS, KINDS, FaultyLine
from medaid.local.his.plan import MOST, PlannedVisit, people_of, planned
from medaid.local.hospital import client_of
from medaid.local.made_up import FIRST_CODE, REGION, enter_people, unused_institutions
from medaid.local.stack import Stack, connected, running

_PAUSES = (0.05, 0.2)
"""Between the attempts of one message: nothing here is far away."""
ROUNDS = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--hospitals", type=int, default=3, metavar="N", help="hospitals at once")
    parser.add_argument("--visits", type=int, default=60, metavar="M", help="visits in all")
    parser.add_argument(
        "--faults", type=float, default=0.2, metavar="SHARE", help="share of calls that die"
    )
    parser.add_argument(
        "--kinds",
        default=",".join(KINDS),
        help="how they die: before, after their effect, late, twice",
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same visits")


def run(args: argparse.Namespace) -> int:
    """Plays and closes. Answers 0 where every hospital's book and the platform are equal to the fen
    and no outcome is unknown, else 1."""
    kinds = tuple(filter(None, args.kinds.split(",")))
    if not set(kinds) <= set(KINDS) or not 0 <= args.faults < 1:
        raise LocalError(f"--faults 须小于 1,--kinds 只能是 {','.join(KINDS)}")
    if args.hospitals < 1 or args.visits < 1:
        raise LocalError("--hospitals 和 --visits 须为正数")
    stack, console = running(), Console(highlight=False)
    connected(stack)
    begun = time.monotonic()
    desks, plans = prepare(stack, console, args.hospitals, args.visits, args.seed)
    lines = [
        FaultyLine(post_once, _chance(f"{args.seed}-{number}"), args.faults, kinds)
        for number in range(len(desks))
    ]
    for desk, line in zip(desks, lines, strict=True):
        desk.visits.client.transport = line
    first = datetime.now(BEIJING).date()
    _play(desks, plans, args.visits)
    for desk, line in zip(desks, lines, strict=True):
        line.flush()
        desk.visits.client.transport = post_once
    days = (first, datetime.now(BEIJING).date())
    with console.status("对账…"):
        closed = [close(desk, line.done, days) for desk, line in zip(desks, lines, strict=True)]
    _report(console, closed, time.monotonic() - begun)
    return 0 if all(one.right for one in closed) else 1


def prepare(
    stack: Stack, console: Console, hospitals: int, visits: int, seed: int
) -> tuple[list[HospitalDesk], list[list[PlannedVisit]]]:
    """New institutions, their patients and a catalogue; each institution's visits. To be called
    after `connected`."""
    with console.status("录入目录、机构和参保人…"):
        offices.enter_officers(stack)
        offices.publish_policies()
        demo_catalogue.publish(console, stack, REGION, demo.CATALOGUE_OFFICERS, offices.data)
        institutions = unused_institutions(hospitals)
        number = int(institutions[0].code[-5:])
        people = people_of(number - FIRST_CODE, max(visits, hospitals))
        enter_people(console, stack, f"his-{number}", people)
    plan = planned(_chance(str(seed)), hospitals, min(visits, MOST * len(people)), people)
    desks = []
    for one in institutions:
        client = client_of(stack, one)
        client.pauses = _PAUSES
        desks.append(HospitalDesk(HospitalVisits(client, ROUNDS), people))
    return desks, [[one for one in plan if one.hospital == number] for number in range(hospitals)]


def _chance(seed: str) -> Random:
    return Random(seed)  # noqa: S311  # an exercise is to be repeatable


def _play(
    desks: Sequence[HospitalDesk], plans: Sequence[Sequence[PlannedVisit]], visits: int
) -> None:
    """All hospitals at once, each in a thread of its own, with live progress."""
    columns = (
        TextColumn("就诊"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"),
    )  # fmt: skip
    failed: list[BaseException] = []

    def worked(desk: HospitalDesk, plan: Sequence[PlannedVisit]) -> None:
        try:
            for step in desk.work(plan):
                if step == "wait":
                    time.sleep(0.2)
        except BaseException as error:  # told to the thread that waits
            failed.append(error)

    threads = [
        threading.Thread(target=worked, args=pair, daemon=True)
        for pair in zip(desks, plans, strict=True)
    ]
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=visits, said="")
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.2)
            _show(bar, task, desks)
        _show(bar, task, desks)
    if failed:
        raise failed[0]


def _show(bar: Progress, task: object, desks: Sequence[HospitalDesk]) -> None:
    sums = {name: sum(desk.done[name] for desk in desks) for name in ("settled", "reversed")}
    unknown = sum(desk.done["unknown"] for desk in desks)
    said = f"结算 {sums['settled']} 撤销 {sums['reversed']} 不明 {unknown}"
    done = sum(desk.done["visits"] for desk in desks)
    bar.update(task, completed=done, said=said)  # type: ignore[arg-type]  # rich's own id


def _report(console: Console, closed: Sequence[ClosedHospital], seconds: float) -> None:
    for one in closed:
        agreed = ["平" if one.agreed[kind] else one.said[kind] for kind in CLR_TYPES]
        console.print(
            f"{one.code}:就诊 {one.done['visits']} 次,结算 {one.done['settled']} 笔,"
            f"撤销 {one.done['reversed']} 笔,现有 {one.standing} 笔,不明 {one.done['unknown']} 笔;"
            f"医疗费 {one.fees:,.2f} 元,基金 {one.funds:,.2f} 元;"
            f"3201 门诊{agreed[0]},住院{agreed[1]}",
            soft_wrap=True,
        )
    done, requests, fees, funds = added(closed)
    died = {name: count for name, count in requests.items() if name != "sent"}
    how = "、".join(f"{FAULTS[name]} {died[name]}" for name in sorted(died))
    console.print(
        f"请求 {requests.total()} 次,其中失败 {sum(died.values())} 次"
        f"({how or '无'});{seconds:.0f} 秒"
    )
    console.print(
        f"结算 {done['settled']} 笔,撤销 {done['reversed']} 笔,登记撤销 {done['cancelled']} 次,"
        f"2601 冲正后重办 {done['taken back by 2601']} 次,结果不明 {done['unknown']} 笔"
    )
    for name in sorted(done):
        if name.startswith("refused "):
            console.print(f"   退回 {name.removeprefix('refused ')}:{done[name]} 次")
    for wrong in (line for one in closed for line in one.wrong):
        console.print(f"   [red]不一致[/red] {wrong}", soft_wrap=True)
    right = all(one.right for one in closed)
    words = "[green]与平台逐分一致[/green]" if right else "[red]不一致[/red]"
    console.print(f"医疗费 {fees:,.2f} 元,基金支付 {funds:,.2f} 元:{words}", soft_wrap=True)
