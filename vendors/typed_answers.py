"""An answer as it is typed into a form, and as services take it."""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.toolbox.text import LINK_LIMIT, TEXT_LIMIT
from vendors.candidates import Box, ClaimWords, Names, key_of
from vendors.holds_for import EVERYWHERE
from vendors.holds_for_fields import OF_ALL, joined, parted, read_holds_for
from vendors.models import Claim
from vendors.services.batches import Stated

TEXTS = ("availability", "available_from", "statement", "evidence_url", "own_answers")
EMPTY: dict[str, Any] = {**dict.fromkeys(TEXTS, ""), "holds_for": []}
# Of a draft that came by a sheet; no form shows them.
ENVIRONMENTS = "environments"
# Twice what is taken, so that too much can be cut by who typed it.
LONGEST = {"statement": 2 * TEXT_LIMIT, "evidence_url": 2 * LINK_LIMIT}
LONGEST_OTHER, LONGEST_NUMBER = 1_000, 100
MOST_BOXES = 200
# What no text holds and no spreadsheet takes.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
WRITE_DATE = "Write the date as in 2027-03-31."


def typed_in(form: Any) -> dict[str, Any]:
    """What a form sent, kept as it was typed.

    Raises:
        Invalid: it is longer than any answer.

    """
    typed: dict[str, Any] = {}
    for name in TEXTS:
        text = UNSEEN.sub("", form.get(name, "").replace("\r\n", "\n"))
        if len(text) > LONGEST.get(name, LONGEST_OTHER):
            raise Invalid("That is too long to be kept. Shorten it.")
        typed[name] = text.strip()
    if number := form.get("number", "").strip()[:LONGEST_NUMBER]:
        unit = form.get("unit", "").strip()[:LONGEST_NUMBER]
        typed |= {"number": UNSEEN.sub("", number), "unit": UNSEEN.sub("", unit)}
    boxes = form.getlist("holds_for")[:MOST_BOXES]
    typed["holds_for"] = [box[:LONGEST_OTHER] for box in boxes]
    return typed


def typed_of(claim: Claim | ClaimWords | None) -> dict[str, Any]:
    """What the form would hold for a claim that stands, or for its words."""
    if claim is None:
        return dict(EMPTY)
    answer = {
        "availability": claim.availability,
        "available_from": claim.available_from,
    }
    held, own = parted((claim.holds_for or {}).get("said"), answer)
    claimed = claim.number
    number = {"number": claimed["value"], "unit": claimed["unit"]} if claimed else {}
    return {
        **number,
        "availability": claim.availability,
        "available_from": _written(claim.available_from),
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "own_answers": own,
        "holds_for": _boxes(held),
    }


def stated_in(
    typed: Mapping[str, Any], ref: str, lists: Names, former: Claim | None
) -> Stated:
    """The answer as the services take it.

    Raises:
        Invalid: by field, what cannot be read at all; the rest the service says.

    """
    errors: dict[str, list[str]] = {}
    day = None
    try:
        day = day_in("available_from", typed["available_from"])
    except Invalid as error:
        errors |= error.errors
    own: Any = []
    try:
        own = read_holds_for(typed["own_answers"]) or []
    except ValueError as error:
        errors["own_answers"] = [str(error)]
    if not isinstance(own, list):
        errors["own_answers"] = [
            "Write the answer of each value, as in “Runs on: AWS = never”."
        ]
    if not typed["availability"]:
        errors["availability"] = ["Say when it exists."]
    if errors:
        raise Invalid("The answer is not whole.", errors=errors)
    answer = {"availability": typed["availability"], "available_from": day}
    return Stated(
        requirement=ref,
        availability=typed["availability"],
        statement=typed["statement"],
        available_from=day,
        environments=_environments(typed, former),
        evidence_url=typed["evidence_url"],
        holds_for=joined(_ticked(typed["holds_for"], lists), own, answer),
        number=_number(typed),
    )


def words_in(
    typed: Mapping[str, Any], lists: Names, former: Claim | None
) -> ClaimWords:
    """What was typed, as far as it can be read; right or wrong."""
    try:
        day = day_in("available_from", typed["available_from"])
    except Invalid:
        day = None
    try:
        own = read_holds_for(typed["own_answers"])
    except ValueError:
        own = None
    answer = {"availability": typed["availability"], "available_from": day}
    lines = own if isinstance(own, list) else []
    said = joined(_ticked(typed["holds_for"], lists), lines, answer)
    return ClaimWords(
        availability=typed["availability"],
        available_from=day,
        environments=list(_environments(typed, former)),
        holds_for={"said": said, "means": {}} if said else None,
        statement=typed["statement"],
        evidence_url=typed["evidence_url"],
        number=_number(typed),
    )


def day_in(field: str, text: str) -> datetime.date | None:
    """A day as a browser sends it; none if nothing was chosen.

    Raises:
        Invalid: beside the field.

    """
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(WRITE_DATE, errors={field: [WRITE_DATE]}) from error


def boxes_for(lists: Names, ticked: list[str]) -> list[tuple[str, list[Box]]]:
    """The boxes of a form by list, “everywhere” before the values of each."""
    return [
        (
            name,
            [
                Box(key_of(name, value), value, key_of(name, value) in ticked)
                for value in (EVERYWHERE, *values)
            ],
        )
        for name, values in lists.items()
        if values
    ]


def _environments(typed: Mapping[str, Any], former: Claim | None) -> Iterable[str]:
    """What only programs and sheets say stays, unless a sheet says otherwise."""
    stands = former.environments if former else []
    said: Iterable[str] = typed.get(ENVIRONMENTS, stands)
    return said


def _number(typed: Mapping[str, Any]) -> dict[str, str]:
    """What is typed of a number, right or wrong; {} of none."""
    if not typed.get("number"):
        return {}
    return {"value": typed["number"], "unit": typed.get("unit", "")}


def _ticked(boxes: list[str], lists: Names) -> Any:
    """What the ticked boxes say, as `vendors.holds_for` takes it."""
    if OF_ALL in boxes:
        return EVERYWHERE
    named = {
        name: [value for value in (EVERYWHERE, *values) if key_of(name, value) in boxes]
        for name, values in lists.items()
    }
    return {name: values for name, values in named.items() if values} or None


def _boxes(held: Any) -> list[str]:
    """The boxes that say what was said."""
    if held == EVERYWHERE:
        return [OF_ALL]
    return [
        key_of(name, value)
        for name, values in (held or {}).items()
        for value in ([EVERYWHERE] if values == EVERYWHERE else values)
    ]


def _written(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
