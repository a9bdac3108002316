"""What an answer holds for as one text, for cells and forms; a pure module.

“everywhere”; “Runs on: AWS, on premises; Languages: everywhere”; or with an answer for
each value: “Runs on: AWS = now, on premises = planned 2027-03-31”.
"""

from collections.abc import Iterator
from typing import Any

from vendors.choices import STATED
from vendors.holds_for import EVERYWHERE

SYNTAX = (
    "everywhere; or values by list, as in “Runs on: AWS, on premises; Languages: "
    "everywhere”; or with an answer for each value, as in “Runs on: AWS = now, "
    "on premises = planned 2027-03-31”."
)


def write_holds_for(said: Any) -> str:
    """What was said, as a text that `read_holds_for` reads as the same."""
    if said is None or said == EVERYWHERE:
        return said or ""
    if isinstance(said, dict):
        return _written(said, "")
    return "; ".join(_written(part["values"], _answer_of(part)) for part in said)


def read_holds_for(text: str) -> Any:
    """What a text says, as `vendors.holds_for` takes it; None of a blank one.

    Raises:
        ValueError: with the sentence. Whether the brief has the values, it cannot say.

    """
    parts = [part.strip() for part in text.replace("\n", ";").split(";")]
    lines = [line for part in parts if part for line in _lines(part)]
    answered = [line for line in lines if line[2]]
    if not lines:
        return None
    if not answered:
        return _plain(lines)
    if len(answered) < len(lines):
        raise ValueError(
            "Some values have an answer of their own and others have none. Write one "
            "for each, as in “AWS = now, on premises = never”."
        )
    return [_part(*line) for line in lines]


def _written(values: Any, answer: str) -> str:
    if values == EVERYWHERE:
        return f"{EVERYWHERE}{answer}"
    return "; ".join(
        f"{name}: "
        + ", ".join(
            f"{value}{answer}"
            for value in ([EVERYWHERE] if named == EVERYWHERE else named)
        )
        for name, named in values.items()
    )


def _answer_of(part: dict[str, Any]) -> str:
    return f" = {part['availability']} {part.get('available_from') or ''}".rstrip()


def _lines(part: str) -> Iterator[tuple[str, str, str]]:
    """List (blank: all of them), value and answer of one part of the text."""
    name, colon, values = part.partition(":")
    if not colon:
        value, _, answer = (text.strip() for text in part.partition("="))
        if value.casefold() != EVERYWHERE:
            raise ValueError(f"“{part[:60]}” names no list. Write {SYNTAX}")
        yield "", EVERYWHERE, answer
        return
    for one in values.split(","):
        value, equals, answer = (text.strip() for text in one.partition("="))
        if not value or (equals and not answer):
            raise ValueError(f"“{part[:60]}” is not understood. Write {SYNTAX}")
        everywhere = value.casefold() == EVERYWHERE
        yield name.strip(), EVERYWHERE if everywhere else value, answer


def _plain(lines: list[tuple[str, str, str]]) -> Any:
    """Values by list, or *everywhere*."""
    if any(not name for name, _, _ in lines):
        if len(lines) > 1:
            raise ValueError("Say everywhere, or name the values of lists, not both.")
        return EVERYWHERE
    said: dict[str, Any] = {}
    for name, value, _ in lines:
        said.setdefault(name, []).append(value)
    # Beside single values, “everywhere” is refused by whoever knows the lists.
    return {
        name: EVERYWHERE if values == [EVERYWHERE] else values
        for name, values in said.items()
    }


def _part(name: str, value: str, answer: str) -> dict[str, Any]:
    word, _, day = answer.partition(" ")
    availability = word.casefold()
    if answer.casefold().startswith("on request"):
        availability, day = "on_request", answer[len("on request") :]
    if availability not in STATED:
        raise ValueError(f"“{answer[:60]}” is not one of: {', '.join(STATED)}.")
    named: Any = EVERYWHERE if value == EVERYWHERE else [value]
    return {
        "values": {name: named} if name else EVERYWHERE,
        "availability": availability,
        "available_from": day.strip() or None,
    }
