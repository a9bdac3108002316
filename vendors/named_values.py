"""The values of the brief's lists that a verdict, a criterion, a script item, an excuse
or a ruling names; a pure module. They are kept as `{list: [values]}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaltracker.errors import Invalid
from vendors.answered_values import answered
from vendors.holds_for import EVERYWHERE, Lists, canonical

type Named = dict[str, list[str]]


def read_named_values(said: object, lists: Lists) -> Named:
    """`said` as it is kept: lists and values in the brief's order.

    A list that is named with no value stays, and names nothing of it. *Everywhere* is
    every value of today.

    Raises:
        Invalid: a list or value that the brief does not name, one named twice, or
            *everywhere* beside single values.

    """
    if said is None or said == {}:
        return {}
    if isinstance(said, list):
        raise _invalid('Name values by list, such as {"Runs on": ["AWS"]}.')
    try:
        canonical(said, lists)
    except Invalid as error:
        raise _invalid(error.sentence) from error
    if not isinstance(said, dict):  # everywhere
        return {name: [*values] for name, values in lists.items()}
    return {
        name: [value for value in values if _names(said[name], value)]
        for name, values in lists.items()
        if name in said
    }


def without_empty(named: Mapping[str, Sequence[str]]) -> Named:
    """Only the lists of which a value is named."""
    return {name: [*values] for name, values in named.items() if values}


def named_words(named: Mapping[str, Sequence[str]]) -> str:
    """“Runs on: AWS, on premises; Languages: Python”; blank where none is named."""
    parts = (f"{name}: {', '.join(values)}" for name, values in named.items() if values)
    return "; ".join(parts)


def answered_values(claim: Any, lists: Lists) -> Named:
    """The values of `lists` that a claim answers, as the ledger reads it."""
    if claim is None:
        return {}
    found = answered(claim.holds_for, claim.environments, claim.availability, lists)
    return without_empty(
        {
            name: [value for value in values if (name, value) in found]
            for name, values in lists.items()
        }
    )


def _names(said: Any, value: str) -> bool:
    return value in said or said in (EVERYWHERE, [EVERYWHERE])


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"named_values": [sentence]})
