"""Where settlements lie: the keys of table `settlement`, and what each is read for.

Each line: key: item; access pattern.

- pk `M#<digest of institution and msgid>`, sk `MESSAGE`: what a sender's message led to: of one
  that settled the settlement itself, final (version 1) or reversed (version 2), of any other what
  it did; a retry, 2601: get by sender and msgid; 5203, reversal, explanation: get by setl_id, which
  holds the digest.
- pk `M#<digest of institution and msgid>`, sk `SENT`: what an audit sent with that message, or
  the diagnoses that it told; by sender and msgid. With sk `LIST`: the settlement list of what
  that message settled; by setl_id.
- pk `V#<mdtrt_id>`, sk `B#<batch>`: what settled a visit's charge batch, for whom, and the visit as
  it was; further batch, double settlement: query by visit.
- pk `D#<mdtrt_id>`, sk `<feedetl_sn>`: a fee line of the visit with its split and the figures
  used; 2204, 2301: a hundred with one call; undoing, and rules over lines: query by visit.
- pk `K#<pack id>@<version>`, sk `PACK`: a policy pack as published; replay: get by version.
- pk `F#<region>`, sk `FIGURES`: the figures that the agency of a region has entered; where a figure
  is missing: get by region, kept in memory for a minute.
- pk `I#<fixmedins_code>`, sk `VERSIONS`: all versions of an institution, by two people each; every
  message: get by code, kept in memory for ten minutes.
- pk `L#<pooling region>`, sk `<region>#<fixmedins_code>`: there is such an institution; those of a
  pooling region or of one that pools with it, by page: query, and the institutions by code.
- pk `G#<region>#<yyyy-mm>`, sk `<clauses id>`: clauses on which payments of the month rest
  together; clauses of a region's month: query.
- pk `T#<region>#<yyyy-mm>#<clauses id>`, sk `<instant>#<payment>`: a payment that rests on them;
  payments of a clause, by page: query.
- pk `I#<fixmedins_code>`, sk `CREDENTIALS`: all credentials of an institution, by two people each,
  their secrets lie apart; a signed request: get by code, kept in memory for a minute.
- pk `A#<access id>`, sk `INSTITUTION`: whose an access id is, for good; a signed request: get by
  access id, kept in memory.
- pk `N#<access id>#<nonce>`, sk `NONCE`: a nonce that was used, until its time has passed; a signed
  request with a nonce: put once.

Nothing here is shared between persons or visits: no settlement waits for another's key.
"""

from __future__ import annotations

from medaid import ids
from medaid.aws.items import Key as Key  # the store names it
from medaid.ids import InstitutionCode, MessageId, SettlementId, VisitId
from medaid.regions import Region


def message_key(institution: InstitutionCode | str, msgid: MessageId | str) -> Key:
    """Where lies what the message led to: a settlement, or a record of what else it did."""
    return _message(ids.message_digest(institution, msgid))


def settlement_key(setl_id: SettlementId | str) -> Key:
    """The key of the message that settled: one put holds both (ADR 0106)."""
    return _message(ids.settled_digest(setl_id))


def sent_key(institution: InstitutionCode | str, msgid: MessageId | str) -> Key:
    return Key(message_key(institution, msgid).pk, "SENT")


def list_key(setl_id: SettlementId | str) -> Key:
    return Key(settlement_key(setl_id).pk, "LIST")


def _message(digest: str) -> Key:
    return Key(f"M#{digest}", "MESSAGE")


def visit_partition(mdtrt_id: VisitId | str) -> str:
    """Holds the settled batches of one visit."""
    return f"V#{mdtrt_id}"


def batch_key(mdtrt_id: VisitId | str, batch: str) -> Key:
    return Key(visit_partition(mdtrt_id), f"B#{batch}")


def lines_partition(mdtrt_id: VisitId | str) -> str:
    """Holds the fee lines of one visit, thousands of them."""
    return f"D#{mdtrt_id}"


def line_key(mdtrt_id: VisitId | str, feedetl_sn: str) -> Key:
    return Key(lines_partition(mdtrt_id), feedetl_sn)


def pack_key(name: str) -> Key:
    """`name` is `<pack id>@<version>`."""
    return Key(f"K#{name}", "PACK")


def figures_key(region: str) -> Key:
    """Holds all figures that the agency of `region` has entered: changed together, by version."""
    return Key(f"F#{region}", "FIGURES")


def clauses_partition(region: str, month: str) -> str:
    """Holds which clauses payments of a region's month rest on, a few dozen groups of them."""
    return f"G#{region}#{month}"


def traced_partition(region: str, month: str, group: str) -> str:
    return f"T#{region}#{month}#{group}"


def institution_key(code: InstitutionCode | str) -> Key:
    """Holds all versions of one institution: a message reads them at once."""
    return Key(f"I#{code}", "VERSIONS")


def credentials_key(institution: InstitutionCode | str) -> Key:
    return Key(f"I#{institution}", "CREDENTIALS")


def access_key(access_id: str) -> Key:
    return Key(f"A#{access_id}", "INSTITUTION")


def nonce_key(access_id: str, nonce: str) -> Key:
    return Key(f"N#{access_id}#{nonce}", "NONCE")


def institutions_partition(region: Region) -> str:
    """Holds the codes of all institutions that pool together."""
    return f"L#{region.pooling}"


def institutions_prefix(region: Region) -> str:
    """What the sort keys of a region's institutions begin with; of a pooling region's, nothing."""
    return "" if region == region.pooling else f"{region}#"


def listed_institution_key(region: Region, code: str) -> Key:
    return Key(institutions_partition(region), f"{region}#{code}")


def parse_listed_institution(sk: str) -> str:
    """The code."""
    return sk.partition("#")[2]
