"""The stores' models and infra/template.yaml say the same of every table: keys and indexes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from pynamodb.models import Model

import medaid
from medaid.aws.settings import settings
from medaid.local import template


def _models() -> Iterator[type[Model]]:
    for module in pkgutil.walk_packages(medaid.__path__, "medaid."):
        if ".store" in module.name or module.name == "medaid.aws.outbox":
            importlib.import_module(module.name)
    waiting: list[type[Model]] = [Model]
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        if hasattr(model, "Meta") and model.__module__.startswith("medaid."):
            yield model


def _template() -> dict[str, dict[str, Any]]:
    tables = {
        i: r["Properties"]
        for i, r in template.read()["Resources"].items()
        if r["Type"] == "AWS::DynamoDB::Table"
    }
    return {settings().tables[i.removesuffix("Table").lower()]: p for i, p in tables.items()}


def _indexes(properties: dict[str, Any]) -> dict[str, Any]:
    """Index → its keys, what it carries."""
    return {
        index["IndexName"]: (
            tuple(key["AttributeName"] for key in index["KeySchema"]),
            index["Projection"]["ProjectionType"],
            tuple(sorted(index["Projection"].get("NonKeyAttributes", ()))),
        )
        for index in properties.get("GlobalSecondaryIndexes", ())
    }


def _declared(model: type[Model]) -> dict[str, Any]:
    found = {}
    for index in model._indexes.values():
        schema = index._get_schema()
        keys = sorted(
            schema["key_schema"], key=lambda key: str(key["KeyType"])
        )  # HASH before RANGE
        projection = schema["projection"]
        names = tuple(key["AttributeName"] for key in keys)
        found[schema["index_name"]] = (
            names,
            projection["ProjectionType"],
            tuple(sorted(projection.get("NonKeyAttributes", ()))),
        )
    return found


def test_each_models_keys_and_indexes_are_those_of_the_template() -> None:
    tables = _template()
    models = list(_models())
    assert models
    for model in models:
        properties = tables[model.Meta.table_name]
        keys = [model._hash_keyname, model._range_keyname]
        assert keys == [key["AttributeName"] for key in properties["KeySchema"]], model
        for name, shape in _declared(model).items():
            assert _indexes(properties).get(name) == shape, f"{model.__name__}: index {name}"


def test_no_index_is_there_for_nothing() -> None:
    used: dict[str, set[str]] = {}
    for model in _models():
        used.setdefault(model.Meta.table_name, set()).update(_declared(model))
    assert {table: set(_indexes(p)) for table, p in _template().items() if _indexes(p)} == {
        table: names for table, names in used.items() if names
    }
