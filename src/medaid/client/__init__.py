"""A hospital's program in a few lines: messages of the national interface, each done once or not at
all. It needs the standard library and nothing else of medaid, so a hospital may copy the folder.

    proof = tif("access-id", "secret")
    client = HospitalClient("https://…", "H44090100001", "某医院", "440902", proof)
    visits = HospitalVisits(client)
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
    HospitalVisits,
    InsuredPerson,
    OpenVisit,
    SettledBill,
)

__all__ = [
    "BillSplit",
    "ChargedLine",
    "ClientError",
    "Declined",
    "HospitalClient",
    "HospitalVisits",
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
    "api",
    "bearer",
    "client_credentials",
    "post_once",
    "tif",
]
