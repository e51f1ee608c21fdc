"""Keys of what is cleared with hospitals, in table `clearing`.

Each line: key: item; pattern.

- pk `I#<owing>#<institution>#<yyyy-mm>`, sk `STATEMENT#<nnn>`: a statement of that month, beside
  its items; statements of an institution's month.
- pk `I#<owing>#<institution>#<yyyy-mm>`, sk `APPLIED#<clr_type>#<insured>`: what the hospital
  applied for, or withdrew; application of a month, type and region: get.
- the same pk, sk `DISPUTED#<nnn>#<item_id>`: an item that statement leaves out, as it was
  disputed; `state` says whether it still is; items of a statement, by page.
- pk `U#<owing>`, sk `<yyyy-mm>#<institution>#<nnn>`: a statement that is not paid, barred or
  without due, with its state; open statements of a region, of its month, or up to a month.
- pk `Q#<owing>#<yyyy-mm>`, sk `<institution>#<nnn>`: a statement of the month in a few numbers,
  with its state; statements of a region's month, by page.
- pk `C#<owing>#<institution>`, sk `<kind>#<id>`: what waits outside its statement (`PendingKind`);
  by institution.
- pk `A#<institution>`, sk `AGREEMENT#<effective>#<nnn>`: a version of how it is paid; versions of
  an institution.
"""

from __future__ import annotations

from typing import Final

from medaid.aws.items import Key
from medaid.clearing.hospital.model import PendingKind, Statement
from medaid.clearing.keys import month_key
from medaid.regions import Region

STATEMENT: Final = "STATEMENT#"
DISPUTED: Final = "DISPUTED#"
AGREEMENT: Final = "AGREEMENT#"


def statement_key(owing: str, institution: str, month: str, number: int) -> Key:
    return Key(month_key(owing, institution, month), f"{STATEMENT}{number:03d}")


def disputed_prefix(number: int) -> str:
    return f"{DISPUTED}{number:03d}#"


def disputed_key(statement: Statement, item_id: str) -> Key:
    pk = month_key(statement.region, statement.institution, statement.month)
    return Key(pk, f"{disputed_prefix(statement.number)}{item_id}")


def key_of(statement: Statement) -> Key:
    return statement_key(statement.region, statement.institution, statement.month, statement.number)


def application_key(
    owing: Region, institution: str, month: str, clr_type: str, insured: Region
) -> Key:
    return Key(month_key(owing, institution, month), f"APPLIED#{clr_type}#{insured}")


def open_statements_key(owing: str) -> str:
    return f"U#{owing}"


def open_statement_key(statement: Statement) -> Key:
    return Key(
        open_statements_key(statement.region),
        f"{statement.month}#{statement.institution}#{statement.number:03d}",
    )


def listed_statements_key(owing: str, month: str) -> str:
    return f"Q#{owing}#{month}"


def listed_statement_key(statement: Statement) -> Key:
    return Key(
        listed_statements_key(statement.region, statement.month),
        f"{statement.institution}#{statement.number:03d}",
    )


def parse_listed_statement(sk: str) -> str:
    """The institution."""
    return sk.rpartition("#")[0]


def parse_open_statement(sk: str) -> tuple[str, str, int]:
    """(month, institution, number)."""
    month, rest = sk.split("#", 1)
    institution, number = rest.rsplit("#", 1)
    return month, institution, int(number)


def pending_items_key(owing: str, institution: str) -> str:
    return f"C#{owing}#{institution}"


def pending_key(owing: str, institution: str, kind: PendingKind, pending_id: str) -> Key:
    return Key(pending_items_key(owing, institution), f"{kind}#{pending_id}")


def parse_pending(sk: str) -> PendingKind:
    return PendingKind(sk.partition("#")[0])


def claims_prefix(month: str, clr_type: str, insured: str) -> str:
    """Claims (102) that one 3202 left."""
    return f"{PendingKind.CLAIM}#{claim_id(month, clr_type, insured, '')}"


def claim_id(month: str, clr_type: str, insured: str, line: str) -> str:
    return f"{month}#{clr_type}#{insured}#{line}"


def agreements_key(institution: str) -> str:
    return f"A#{institution}"


def agreement_key(institution: str, effective: str, version: int) -> Key:
    return Key(agreements_key(institution), f"{AGREEMENT}{effective}#{version:03d}")
