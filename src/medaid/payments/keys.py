"""Keys of the table `payments`.

Each line: who asks what: key; how; function.

- a payee's account: pk `A#<region>#<payee>`, sk `PAYEE`; GetItem; `service.get_payee`.
- a pay order: pk `O#<order_id>`, sk `ORDER`; GetItem; `service.get_order`.
- orders of a source: pk `S#<region>#<kind>#<id>`, sk `ORDER#<number>`; Query;
  `service.order_created`.
- a batch: pk `B#<batch_id>`, sk `BATCH`; GetItem; `service.get_batch`.
- orders of a batch: pk `B#<batch_id>`, sk `LINE#<order_id>`; Query, by page;
  `service.list_batch_lines`, `page_of_batch_lines`.
- the bank's slips on a batch: pk `B#<batch_id>`, sk `SLIP#<number>`; GetItem, and Query by page;
  `service.enter_slip`, `page_of_slips`.
- batches of a region's month: pk `R#<region>#<month>`, sk `BATCH#<batch_id>`; Query by
  page, BatchGetItem; `service.page_of_batches`.
- what an officer does in a region: pk `D#<region>`, sk `<officer_id>`; GetItem;
  `service.get_officer`.
- officers of a region: pk `D#<region>`; Query, by page; `service.list_officers`,
  `page_of_officers`.
"""

from __future__ import annotations

from typing import Final

from medaid.aws.items import Key
from medaid.ids import OfficerId, OrderId
from medaid.months import Month
from medaid.payments.model import Batch, PaymentSource, PayOrder
from medaid.regions import Region

LINE: Final = "LINE#"
SLIP: Final = "SLIP#"
TAKEN_OUT: Final = "taken_out"
"""State of a line whose order left its batch before it was closed."""


def payee_key(region: Region, payee_id: str) -> Key:
    return Key(f"A#{region}#{payee_id}", "PAYEE")


def order_key(order_id: OrderId) -> Key:
    return Key(f"O#{order_id}", "ORDER")


def source_partition(region: Region, source: PaymentSource) -> str:
    return f"S#{region}#{source.kind}#{source.id}"


def source_key(order: PayOrder) -> Key:
    return Key(source_partition(order.region, order.source), f"ORDER#{order.number:04d}")


def batch_key(batch_id: str) -> Key:
    return Key(f"B#{batch_id}", "BATCH")


def line_key(batch_id: str, order_id: OrderId) -> Key:
    return Key(f"B#{batch_id}", f"{LINE}{order_id}")


def slip_key(batch_id: str, number: str) -> Key:
    return Key(f"B#{batch_id}", f"{SLIP}{number}")


def month_partition(region: Region, month: Month) -> str:
    return f"R#{region}#{month}"


def month_key(batch: Batch) -> Key:
    month = Month.of(batch.day)
    return Key(month_partition(batch.region, month), f"BATCH#{batch.batch_id}")


def officers_partition(region: Region) -> str:
    return f"D#{region}"


def officer_key(region: Region, officer_id: OfficerId) -> Key:
    return Key(officers_partition(region), officer_id)
