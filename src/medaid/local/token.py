"""`medaid token`: a bearer token of the local cloud, on standard output and nothing else."""

from __future__ import annotations

import argparse

from medaid.local.errors import LocalError
from medaid.local.run import curl_token
from medaid.local.stack import running


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--institution",
        default="",
        metavar="CODE",
        help="act for this institution (fixmedins_code, e.g. H44090100001)",
    )
    parser.add_argument("--user", default="", metavar="NAME", help="sign in as this operator")
    parser.add_argument(
        "--region", default="", metavar="ADMDVS", help="the operator's region, six digits"
    )
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE",
        help="a role of the operator; may be given several times",
    )
    parser.add_argument(
        "--curl", action="store_true", help="print the curl line that gets the token instead"
    )


def run(args: argparse.Namespace) -> int:
    """`medaid token`."""
    name = args.user or args.institution
    if not name:
        raise LocalError(
            "say who: --institution H44090100001, or --user NAME with --region and --role"
        )
    roles = args.role or (["institution"] if args.institution else [])
    stack = running()
    if args.curl:
        stack.user(name, institution=args.institution, admdvs=args.region, roles=roles)
        print(curl_token(stack, name))
    else:
        print(stack.token(name, institution=args.institution, admdvs=args.region, roles=roles))
    return 0
