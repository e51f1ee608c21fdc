# ruff: noqa: N801  # OpenFisca names a variable by its class
"""Maoming's layers written as an OpenFisca country package would write them, with the same figures,
to run beside the engine.

As OpenFisca is meant to be used: variables with formulas over arrays of persons, parameters by
date, enums, marginal scales, a month as the period, earlier visits of the year reached through the
month before. Amounts are OpenFisca's float32 yuan, rounded half up.
"""

from __future__ import annotations

from typing import Any, Final

import numpy
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import MONTH
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person: Final = Entity("person", "persons", "", "")


class Level(Enum):
    township = "township"
    first = "1"
    second = "2"
    third = "3"


class Away(Enum):
    home = "in the city"
    referred = "outside, referred"
    unreferred = "outside, not referred"


class Category(Enum):
    none = "none"
    destitute_support = "destitute_support"
    subsistence_allowance = "subsistence_allowance"
    low_income = "low_income"


def _at(value: float) -> dict[str, Any]:
    return {"values": {"2018-01-01": {"value": value}}}


def _by(**values: float) -> dict[str, Any]:
    return {name: _at(value) for name, value in values.items()}


PARAMETERS: Final[dict[str, Any]] = {
    "basic": {
        "deductible": _by(township=200, first=200, second=500, third=700),
        "deductible_outside": _at(1000),
        "rate": _by(township=0.90, first=0.85, second=0.70, third=0.55),
        "cut_referred": _at(0.05),
        "rate_unreferred": _at(0.40),
        "cap": _at(180000),
    },
    "critical": {
        "scale": {
            "brackets": [
                {"threshold": _at(threshold)["values"], "rate": _at(rate)["values"]}
                for threshold, rate in (
                    (0, 0),
                    (9500, 0.50),
                    (20000, 0.55),
                    (50000, 0.60),
                    (100000, 0.70),
                )
            ]
        },
        "cap": _at(200000),
    },
    "assistance": {
        "rate": _by(none=0, destitute_support=1.0, subsistence_allowance=0.80, low_income=0.80),
        "cap": _by(none=0, destitute_support=1e9, subsistence_allowance=60000, low_income=60000),
    },
    "secondary": {
        "deductible": _by(none=0, destitute_support=0, subsistence_allowance=3000, low_income=3000),
        "rate": _by(none=0, destitute_support=1.0, subsistence_allowance=0.80, low_income=0.70),
        "cap": _by(none=0, destitute_support=30000, subsistence_allowance=30000, low_income=20000),
    },
}


def by_index(node: Any, who: Any) -> Any:
    """A parameter by enum as the manual shows it: the node indexed with the column."""
    return node[who]


def by_select(node: Any, who: Any) -> Any:
    """The same by numpy.select over the enum, the quickest way known to us."""
    members = list(who.possible_values)
    return numpy.select(
        [who == member for member in members], [getattr(node, member.name) for member in members]
    )


PICK: Final[dict[str, Any]] = {"by": by_index}
"""How formulas take a parameter by enum; the benchmarks set it."""


def _picked(node: Any, who: Any) -> Any:
    return PICK["by"](node, who)


def _rounded(amount: Any) -> Any:
    return numpy.floor(amount * 100 + 0.5) / 100


class total(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH


class in_policy(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH


class others(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH


class level(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = Enum
    possible_values = Level
    default_value = Level.second
    entity = Person
    definition_period = MONTH


class away(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = Enum
    possible_values = Away
    default_value = Away.home
    entity = Person
    definition_period = MONTH


class category(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = Enum
    possible_values = Category
    default_value = Category.none
    entity = Person
    definition_period = MONTH


def _before(name: str) -> Any:
    """The year's running total of `name` before this month, through the month before."""

    def formula(person: Any, period: Any) -> Any:
        if period.start.month == 1:
            return numpy.zeros(person.count, dtype=numpy.float32)
        return person(f"{name}_before", period.last_month) + person(name, period.last_month)

    return formula


class basic(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any, parameters: Any) -> Any:  # noqa: N805
        p = parameters(period).basic
        where = person("away", period)
        outside = where != Away.home
        line = numpy.where(
            outside, p.deductible_outside, _picked(p.deductible, person("level", period))
        )
        rate = _picked(p.rate, person("level", period)) - p.cut_referred * (where == Away.referred)
        rate = numpy.where(where == Away.unreferred, p.rate_unreferred, rate)
        due = _rounded(rate * numpy.maximum(person("in_policy", period) - line, 0))
        return numpy.minimum(due, numpy.maximum(p.cap - person("basic_before", period), 0))


class basic_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("basic")


class critical_base(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any) -> Any:  # noqa: N805
        return person("in_policy", period) - person("basic", period)


class critical_base_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("critical_base")


class critical(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any, parameters: Any) -> Any:  # noqa: N805
        p = parameters(period).critical
        before = person("critical_base_before", period)
        due = _rounded(
            p.scale.calc(before + person("critical_base", period)) - p.scale.calc(before)
        )
        return numpy.minimum(due, numpy.maximum(p.cap - person("critical_before", period), 0))


class critical_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("critical")


class assistance(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any, parameters: Any) -> Any:  # noqa: N805
        p, who = parameters(period).assistance, person("category", period)
        due = _rounded(
            _picked(p.rate, who) * (person("critical_base", period) - person("critical", period))
        )
        return numpy.minimum(
            due, numpy.maximum(_picked(p.cap, who) - person("assistance_before", period), 0)
        )


class assistance_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("assistance")


class secondary_base(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any) -> Any:  # noqa: N805
        paid = person("basic", period) + person("critical", period) + person("assistance", period)
        return numpy.maximum(person("total", period) - paid - person("others", period), 0)


class secondary_base_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("secondary_base")


class secondary(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH

    # OpenFisca passes the population first
    def formula(person: Any, period: Any, parameters: Any) -> Any:  # noqa: N805
        p, who = parameters(period).secondary, person("category", period)
        before, line = person("secondary_base_before", period), _picked(p.deductible, who)
        above = numpy.maximum(before + person("secondary_base", period) - line, 0) - numpy.maximum(
            before - line, 0
        )
        return numpy.minimum(
            _rounded(_picked(p.rate, who) * above),
            numpy.maximum(_picked(p.cap, who) - person("secondary_before", period), 0),
        )


class secondary_before(Variable):  # type: ignore[misc]  # OpenFisca ships no types
    value_type = float
    entity = Person
    definition_period = MONTH
    formula = _before("secondary")


VARIABLES: Final = (
    total,
    in_policy,
    others,
    level,
    away,
    category,
    basic,
    basic_before,
    critical_base,
    critical_base_before,
    critical,
    critical_before,
    assistance,
    assistance_before,
    secondary_base,
    secondary_base_before,
    secondary,
    secondary_before,
)


def system() -> Any:
    """The tax and benefit system."""
    made = TaxBenefitSystem([Person])
    made.parameters = ParameterNode("", data=PARAMETERS)
    made.add_variables(*VARIABLES)
    return made
