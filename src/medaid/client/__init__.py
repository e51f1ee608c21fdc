"""A hospital's program in a few lines: messages of the national interface, each done once or not at
all. It needs the standard library and nothing else of medaid, so a hospital may copy the folder.

    proof = tif("access-id", "secret")
    client = HospitalClient("https://…", "H44090100001", "某医院", "440902", proof)
    visits = Visits(client)
    person = visits.person("…")
    stay = visits.admit(person, datetime.now(UTC), "ZY001")
"""

from medaid.client.client import HospitalClient, KeptMessage
from medaid.client.errors import (
    ClientError,
    Declined,
    NoAnswer,
    NotDone,
    NotTaken,
    OutcomeUnknown,
)
from medaid.client.proofs import api, bearer, client_credentials, tif
from medaid.client.transport import HttpReply, HttpRequest, Transport, post_once
from medaid.client.visits import (
    BillSplit,
    ChargedLine,
    InsuredPerson,
    OpenVisit,
    SettledBill,
    Visits,
)

__all__ = [
    "BillSplit",
    "ChargedLine",
    "ClientError",
    "Declined",
    "HospitalClient",
    "HttpReply",
    "HttpRequest",
    "InsuredPerson",
    "KeptMessage",
    "NoAnswer",
    "NotDone",
    "NotTaken",
    "OpenVisit",
    "OutcomeUnknown",
    "SettledBill",
    "Transport",
    "Visits",
    "api",
    "bearer",
    "client_credentials",
    "post_once",
    "tif",
]
