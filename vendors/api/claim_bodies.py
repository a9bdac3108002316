"""How claims are read from a body, one or many; a serializer for each would cost more
than all of the database's work. Here is the shape, the rules are `vendors.words`'."""

from collections.abc import Sequence
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.rest.views import UNKNOWN_FIELD, WRITE_DAY, read_day
from vendors.services.batches import MOST, Stated

TEXTS = ("requirement", "availability", "statement")
FIELDS = frozenset(
    {
        *(*TEXTS, "available_from", "environments"),
        *("evidence_url", "holds_for", "number"),
    }
)
NO_TEXT = "It must be a string."


def read_claim_body(body: Any) -> Sequence[Stated]:
    """The one claim of a body.

    Raises:
        Invalid: everything about its shape that is wrong, by field.

    """
    errors: dict[str, list[str]] = {}
    claim = _read_item(body, "", errors)
    if errors:
        field, sentences = next(iter(errors.items()))
        raise Invalid(f"{field}: {sentences[0]}".lstrip(": "), errors=errors)
    return [claim]


def read_batch_body(body: Any) -> Sequence[Stated]:
    """The many claims of a body.

    Raises:
        Invalid: everything about their shape that is wrong, by field.

    """
    if not isinstance(body, dict):
        raise _invalid("", "The body must be a JSON object.")
    for name in body.keys() - {"claims"}:
        raise _invalid(name[:100], UNKNOWN_FIELD)
    items = body.get("claims")
    if not isinstance(items, list):
        raise _invalid("claims", "It must be a list of claims.")
    if not 1 <= len(items) <= MOST:
        raise _invalid("claims", f"It must hold 1 to {MOST:,} claims.")
    errors: dict[str, list[str]] = {}
    claims = [
        _read_item(item, f"claims.{index}", errors) for index, item in enumerate(items)
    ]
    if errors:
        raise Invalid("The batch does not have the right shape.", errors=errors)
    return claims


def _invalid(field: str, sentence: str) -> Invalid:
    detail = f"{field}: {sentence}" if field else sentence
    return Invalid(detail, errors={field: [sentence]})


def _read_item(item: Any, at: str, errors: dict[str, list[str]]) -> Stated:
    """One claim; what is wrong with its shape goes into `errors`."""

    def refuse(field: str, sentence: str) -> None:
        errors[f"{at}.{field}".strip(".")] = [sentence]

    if not isinstance(item, dict):
        refuse(
            "", "It must be a JSON object." if at else "The body must be a JSON object."
        )
        item = dict.fromkeys(TEXTS, "")
    for name in item.keys() - FIELDS:
        refuse(name[:100], UNKNOWN_FIELD)
    for name in TEXTS:
        if name not in item:
            refuse(name, "This field is required.")
        elif not isinstance(item[name], str):
            refuse(name, NO_TEXT)
    link = item.get("evidence_url", "")
    if not isinstance(link, str):
        refuse("evidence_url", NO_TEXT)
    places = item.get("environments", [])
    if not isinstance(places, list):
        refuse("environments", "It must be a list of strings.")
        places = []
    for index, place in enumerate(places):
        if not isinstance(place, str):
            refuse(f"environments.{index}", NO_TEXT)
    day = read_day(item.get("available_from"))
    if day is None and item.get("available_from") is not None:
        refuse("available_from", WRITE_DAY)
    return Stated(
        requirement=item.get("requirement", ""),
        availability=item.get("availability", ""),
        statement=item.get("statement", ""),
        available_from=day,
        environments=places,
        evidence_url=link,
        holds_for=item.get("holds_for"),
        number=item.get("number"),
    )
