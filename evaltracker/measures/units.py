"""Units: which are known, and one number in another unit; 12 ms are 0.012 s."""

import re
from decimal import Decimal, localcontext
from functools import cache, lru_cache
from typing import Any

from evaltracker.measures.numbers import EXACT, KEPT
from evaltracker.measures.unit_names import ALSO, SIGNS, definitions

LIMIT = 40
_NAME = r"[A-Za-zµμ°%€£]{1,24}(?:[²³]|\^[23]|\*\*[23])?"
_SHAPE = re.compile(rf"{_NAME}(?:[*·]{_NAME}){{0,3}}(?:/{_NAME})?")
_POWERS = (("²", "**2"), ("³", "**3"), ("^", "**"), ("·", "*"))


class UnknownUnit(ValueError):
    """A unit that is not known, with a sentence."""


class UnitMismatch(ValueError):
    """Two units that do not measure the same kind of thing, with a sentence."""


def check_unit(text: str) -> str:
    """A unit as it is kept: “ms”, “requests/s”, “m²”.

    Raises:
        UnknownUnit: with the sentence.

    """
    named = " ".join(str(text)[: 2 * LIMIT].split()).replace(" per ", "/")
    unit = "/".join(part.strip() for part in named.split("/"))
    if not unit:
        raise UnknownUnit("Name the unit, such as ms, % or requests/s.")
    if len(unit) > LIMIT or not _SHAPE.fullmatch(unit):
        raise UnknownUnit(
            f"“{unit[:LIMIT]}” is not a unit, such as ms, % or requests/s."
        )
    _root_of(unit)
    return unit


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """A number of `unit` as a number of `to`.

    Raises:
        UnitMismatch: they cannot be compared, or one of them is not known.

    """
    if unit == to:
        return value
    check_same_kind(unit, to)
    factor, _ = _root_of(unit)
    divisor, _ = _root_of(to)
    return KEPT.plus(EXACT.divide(EXACT.multiply(value, factor), divisor))


def check_same_kind(unit: str, to: str) -> None:
    """Whether a number of one unit can be said in the other.

    Raises:
        UnitMismatch: it cannot, or a unit that was kept is not known (any more).

    """
    try:
        same = _root_of(unit)[1] == _root_of(to)[1]
    except UnknownUnit as unknown:
        raise UnitMismatch(str(unknown)) from unknown
    if not same:
        raise UnitMismatch(
            f"“{unit}” cannot be compared with “{to}”: they measure different things."
        )


@lru_cache(maxsize=512)
def _root_of(unit: str) -> tuple[Decimal, Any]:
    """How many of its base unit one is, and that base unit."""
    name = ALSO.get(unit, unit)
    for sign, code in (*SIGNS.items(), *_POWERS):
        name = name.replace(sign, code)
    try:
        with localcontext(EXACT):
            factor, root = _registry().get_root_units(_registry().parse_units(name))
    except Exception as error:
        # Whatever a library says of a text that somebody typed, it is no unit.
        raise UnknownUnit(
            f"“{unit}” is not a unit that is known here, such as ms, GB, % or "
            "requests/s."
        ) from error
    return Decimal(factor), root


@cache
def _registry() -> Any:
    """The units, read once and only when one is asked for."""
    import pint

    units: Any = pint.UnitRegistry(None, non_int_type=Decimal, cache_folder=None)
    units.load_definitions(definitions())
    return units
