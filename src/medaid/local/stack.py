"""The deployed stack as the local tools and the tests use it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from medaid.local.errors import LocalError
from medaid.local.places import LOCAL

REGION: Final = "cn-north-1"
NAME: Final = "medaid"
_KEY: Final = "test"
"""The access key that the local cloud takes for the account's own."""


@dataclass(frozen=True)
class Cloud:
    """A running local cloud."""

    endpoint: str
    region: str = REGION

    def client(self, service: str) -> Any:
        """A boto3 client with the account's own rights."""
        import boto3  # slow to import, and `medaid --help` needs none
        from botocore.config import Config  # as above

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=_KEY,
            aws_secret_access_key=_KEY,
            config=Config(
                retries={"total_max_attempts": 2}, read_timeout=120, max_pool_connections=64
            ),
        )

    def environ(self) -> dict[str, str]:
        """What makes the package itself, run in this process, work on the local cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
        }


@dataclass(frozen=True)
class Stack:
    """The stack deployed in `cloud`."""

    cloud: Cloud
    outputs: Mapping[str, str]
    name: str = NAME

    @property
    def api(self) -> str:
        """URL before the path of a route, e.g. `{api}/fsi`."""
        return f"{self.cloud.endpoint}/_aws/execute-api/{self.outputs['ApiId']}"

    @property
    def console(self) -> str:
        """URL of the operators' page."""
        return f"{self.api}/console/index.html"

    @property
    def bucket(self) -> str:
        return self.outputs["Bucket"]

    def table(self, package: str) -> str:
        """The name of the table of `package`."""
        return f"{self.name}-{package}"

    @cached_property
    def password(self) -> str:
        """One password for all users of this local cloud, made up on first use and kept in
        `.local/`."""
        place = LOCAL / "password"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(mode=0o600)
            place.write_text(f"Aa1!{secrets.token_urlsafe(18)}", encoding="utf-8")
        return place.read_text(encoding="utf-8")

    def user(
        self, name: str, *, institution: str = "", admdvs: str = "", roles: Sequence[str] = ()
    ) -> None:
        """A user that acts for `institution` (fixmedins_code) or region `admdvs` in `roles`; made,
        or brought to that."""
        cognito = self.cloud.client("cognito-idp")
        pool = self.outputs["UserPool"]
        claims = [
            {"Name": f"custom:{key}", "Value": value}
            for key, value in (("fixmedins_code", institution), ("admdvs", admdvs))
            if value
        ]
        try:
            cognito.admin_create_user(
                UserPoolId=pool,
                Username=name,
                UserAttributes=claims,
                TemporaryPassword=self.password,
                MessageAction="SUPPRESS",
            )
        except cognito.exceptions.UsernameExistsException:
            if claims:
                cognito.admin_update_user_attributes(
                    UserPoolId=pool, Username=name, UserAttributes=claims
                )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=name, Password=self.password, Permanent=True
        )
        for role in roles:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=role)

    def subject(self, name: str) -> str:
        """By what the user's tokens name them."""
        found = self.cloud.client("cognito-idp").admin_get_user(
            UserPoolId=self.outputs["UserPool"], Username=name
        )
        attributes = {one["Name"]: str(one["Value"]) for one in found["UserAttributes"]}
        return attributes["sub"]

    def token(
        self, name: str, *, institution: str = "", admdvs: str = "", roles: Sequence[str] = ()
    ) -> str:
        """A bearer token (an ID token, one hour) of that user; see `user`."""
        self.user(name, institution=institution, admdvs=admdvs, roles=roles)
        answer = self.cloud.client("cognito-idp").initiate_auth(
            ClientId=self.outputs["UserPoolClient"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": self.password},
        )
        token: str = answer["AuthenticationResult"]["IdToken"]
        return token

    def institution_token(self, institution: str) -> str:
        """A bearer token of the hospital `institution` (fixmedins_code)."""
        return self.token(institution, institution=institution, roles=["institution"])


def running(name: str = NAME) -> Stack:
    """The stack in the local cloud that `make run` started. Raises LocalError where none runs."""
    place = LOCAL / "endpoint"
    endpoint = os.environ.get("MEDAID_ENDPOINT") or (
        place.read_text(encoding="utf-8").strip() if place.exists() else ""
    )
    if not endpoint:
        raise LocalError("the local cloud is not running; start it with `make run`")
    return described(Cloud(endpoint), name)


def described(cloud: Cloud, name: str = NAME) -> Stack:
    """The stack `name` with its outputs and those of its users. Raises LocalError where the cloud
    does not answer or has no such stack."""
    return Stack(cloud, outputs(cloud, users_of(name)) | outputs(cloud, name), name)


def users_of(name: str) -> str:
    """The name of the stack that holds the users of the stack `name`."""
    return f"{name}-users"


def outputs(cloud: Cloud, name: str) -> dict[str, str]:
    """What the stack `name` says of itself. Raises LocalError as `described`."""
    from botocore.exceptions import BotoCoreError, ClientError  # as above

    try:
        stacks = cloud.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise LocalError(
            f"no stack {name} at {cloud.endpoint}; start it with `make run`"
        ) from error
    return {o["OutputKey"]: o["OutputValue"] for o in stacks[0].get("Outputs", [])}


def connected(stack: Stack) -> None:
    """From here on the package, run in this process, works on the stack. To be called before any
    package is imported."""
    os.environ.update(stack.cloud.environ())
    from medaid.aws.table import Meta  # as above

    Meta.host, Meta.region = stack.cloud.endpoint, stack.cloud.region
