"""The finance office's papers, as files: /fund/…/{form}."""

from __future__ import annotations

from medaid.aws.rest.bodies import FileSent
from medaid.aws.rest.table import READERS, Call
from medaid.fund import final_printouts, printouts
from medaid.fund.api.books import BalanceQuery, check_days
from medaid.fund.api.common import ROUTES
from medaid.fund.api.statements import ConsolidationIn
from medaid.months import Month, Quarter, Year
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.regions import Region


@ROUTES.get(
    "/fund/{admdvs}/trial-balance/{form}", "试算平衡表(打印)", roles=READERS, query=BalanceQuery
)
def print_trial_balance(call: Call[None, None], admdvs: Region, form: Form) -> FileSent:
    begin, end = check_days(call.query)
    return papers.sent(printouts.trial_balance_paper(admdvs, begin, end), form)


@ROUTES.get(
    "/fund/{admdvs}/vouchers/{month}/{voucher_id}/paper/{form}", "记账凭证(打印)", roles=READERS
)
def print_voucher(
    call: Call[None, None], admdvs: Region, month: Month, voucher_id: str, form: Form
) -> FileSent:
    return papers.sent(printouts.voucher_paper(admdvs, month, voucher_id), form)


@ROUTES.get(
    "/fund/{admdvs}/allocations/{quarter}/{request}/paper/{form}", "预拨审批表(打印)", roles=READERS
)
def print_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str, form: Form
) -> FileSent:
    return papers.sent(printouts.allocation_paper(admdvs, quarter, request), form)


@ROUTES.get(
    "/fund/{admdvs}/final-accounts/{year}/{fund}/versions/{number}/paper/{form}",
    "决算报表(打印)",
    roles=READERS,
)
def print_final_accounts(
    call: Call[None, None], admdvs: Region, year: Year, fund: str, number: int, form: Form
) -> FileSent:
    return papers.sent(final_printouts.final_paper(admdvs, year, fund, number), form)


@ROUTES.post(
    "/fund/{admdvs}/final-accounts/{year}/{fund}/consolidation/paper/{form}", "汇总决算报表(打印)",
    roles=READERS,
)  # fmt: skip
def print_consolidation(
    call: Call[None, ConsolidationIn], admdvs: Region, year: Year, fund: str, form: Form
) -> FileSent:
    made = final_printouts.consolidated_paper(admdvs, year, fund, call.body.regions)
    return papers.sent(made, form)
