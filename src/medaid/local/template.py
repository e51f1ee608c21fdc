"""infra/template.yaml read, and turned into plain CloudFormation as AWS does it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medaid.local.places import TEMPLATE

Template = dict[str, Any]
Uploaded = Mapping[str, str]
"""`Bucket` and `Key` of a zip."""


def read(path: Path = TEMPLATE) -> Template:
    """The SAM template with its short-form intrinsics spelled out."""
    from samtranslator.yaml_helper import yaml_parse  # heavy, and only the local tools need it

    parsed: Template = yaml_parse(path.read_text(encoding="utf-8"))
    return parsed


def transformed(
    template: Template, layer: Uploaded, function: Callable[[str], Uploaded], region: str
) -> Template:
    """Plain CloudFormation. `layer` is where the layer's zip lies, `function(task)` where the one
    of functions/<task> lies."""
    from samtranslator.translator.transform import transform  # as above

    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = dict(function(Path(properties["CodeUri"]).name))
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = dict(layer)
    parameters = {
        name: p["Default"] for name, p in template["Parameters"].items() if "Default" in p
    }
    with _region(region):
        plain: Template = transform(template, parameters, _NoManagedPolicies())
    for resource in plain["Resources"].values():
        if isinstance(resource.get("DependsOn"), list):
            resource["DependsOn"].sort()  # it comes from a set, in another order in each process
    return plain


@contextmanager
def _region(region: str) -> Iterator[None]:
    """The transform asks the environment for the region, whatever it is given."""
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = region
    try:
        yield
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before


class _NoManagedPolicies:
    """Every role of the template is written out, so no managed policy has to be looked up."""

    def load(self) -> dict[str, str]:
        return {}
