"""infra/template.yaml read, and turned into plain CloudFormation as AWS does it."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from medaid.local.places import TEMPLATE

Template = dict[str, Any]
Uploaded = Mapping[str, str]
"""`Bucket` and `Key` of a zip."""


def read(path: Path = TEMPLATE) -> Template:
    """The SAM template with its short-form intrinsics spelled out and its loops run through, as AWS
    does before it makes plain CloudFormation of the rest. A copy of the caller's own."""
    return copy.deepcopy(_parsed(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=8)
def _parsed(text: str) -> Template:
    """Reading takes a second, and one process asks many times."""
    # heavy, and only the local tools need them
    from ministack.services.cloudformation import language_extensions
    from samtranslator.yaml_helper import yaml_parse

    parsed: Template = yaml_parse(text)
    if language_extensions.TRANSFORM not in parsed.get("Transform", ()):
        return parsed
    looped: Template = language_extensions.apply(parsed, defaults(parsed))
    left = [name for name in looped["Transform"] if name != language_extensions.TRANSFORM]
    return looped | {"Transform": left}


def defaults(template: Template) -> dict[str, Any]:
    """Value of each parameter that has one of its own."""
    parameters = template.get("Parameters", {})
    return {name: p["Default"] for name, p in parameters.items() if "Default" in p}


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
    with _region(region):
        plain: Template = transform(template, defaults(template), _NoManagedPolicies())
    for resource in plain["Resources"].values():  # the transform gathers them in a set
        if isinstance(resource.get("DependsOn"), list):
            resource["DependsOn"].sort()
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
