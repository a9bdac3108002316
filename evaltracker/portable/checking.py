"""What does not fit in a document of the right shape; nothing is written here."""

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import JSONField

from evaltracker.errors import Invalid
from evaltracker.evaluations.brief_answers import read_answer
from evaltracker.evaluations.choices import FieldKind, Stage, Status
from evaltracker.evaluations.journal import GENESIS, chained_hash
from evaltracker.evaluations.models import BriefField, Entry
from evaltracker.measures import Measure, Reading
from evaltracker.portable.reading import invalid
from evaltracker.portable.registry import CHECKS, Document, parts

type Wrong = tuple[str, str]


def check_document(document: Document) -> None:
    """Refuse a document that contradicts itself, or that is not complete.

    Raises:
        Invalid: with the sentences by JSON pointer.

    """
    if not document["complete"] or document["left_out"]:
        names = ", ".join(document["left_out"]).replace("_", " ") or "something"
        raise Invalid(
            f"This export is not complete: {names} was sealed from the person who "
            "exported it. "
            "An operator's export_evaluation makes a complete one.",
            code="not_importable",
        )
    wrong = [found for check in CHECKS for found in check(document)]
    if wrong:
        raise invalid(wrong[:20])


@CHECKS.add
def people_differ(document: Document) -> Iterator[Wrong]:
    """Everybody once, by login name and by address; the owner is one of them."""
    for field in ("username", "email"):
        seen: set[str] = set()
        for at, person in enumerate(document["people"]):
            value = person[field].lower()
            if value and value in seen:
                yield f"/people/{at}/{field}", "Somebody else in the file has it."
            seen.add(value)
    names = {person["username"] for person in document["people"]}
    told = document["evaluation"]
    for at, name in enumerate(told["readers"]):
        if name not in names:
            yield f"/evaluation/readers/{at}", f"“{name}” is not among “people”."
    if told["owner"] not in names:
        yield "/evaluation/owner", f"“{told['owner']}” is not among “people”."


@CHECKS.add
def visits_lead_to_the_stage(document: Document) -> Iterator[Wrong]:
    """The one open visit, if it goes on, is in the stage of the evaluation."""
    told = document["evaluation"]
    is_open = told.get("status", Status.OPEN) == Status.OPEN
    stage = told.get("stage", Stage.REQUIREMENTS)
    going_on = [visit for visit in document["visits"] if visit.get("left_at") is None]
    if [row["stage"] for row in going_on] != [stage] * is_open:
        what = f"one open visit in “{stage}”" if is_open else "no open visit"
        yield "/visits", f"There has to be {what}."


@CHECKS.add
def named_values_are_by_list(document: Document) -> Iterator[Wrong]:
    """Whatever names values of the brief's lists names them list by list."""
    for part in parts():
        if any(field.name == "named_values" for field in part.fields):
            for at, told in enumerate(document[part.name]):
                if not is_by_list(told.get("named_values", {})):
                    yield (
                        f"/{part.name}/{at}/named_values",
                        "Values stand in lists of text, by the name of their list.",
                    )


@CHECKS.add
def measures_are_whole(document: Document) -> Iterator[Wrong]:
    """Whatever has a measure, or a number for one, has all of its parts."""
    readers = {"measure": Measure.from_json, "number": Reading.from_json}
    for part in parts():
        kept = {field.name for field in part.fields if isinstance(field, JSONField)}
        for name in sorted(kept & readers.keys()):
            for at, told in enumerate(document[part.name]):
                try:
                    readers[name](told.get(name, {}))
                except Invalid as error:
                    yield f"/{part.name}/{at}/{name}", error.sentence


@CHECKS.add
def questions_are_answered_in_kind(document: Document) -> Iterator[Wrong]:
    """Questions of the brief that ask for a number, a date or a choice have one."""
    for at, told in enumerate(document.get("brief_fields", ())):
        where = f"/brief_fields/{at}"
        choices = told.get("choices", [])
        if not is_by_list({"choices": choices}):
            yield f"{where}/choices", "It has to be a list of text."
            continue
        field = BriefField(kind=told.get("kind", FieldKind.TEXT), choices=choices)
        try:
            read_answer(field, told.get("answer", ""))
        except ValueError as error:
            yield f"{where}/answer", str(error)


def is_by_list(named: dict[str, Any]) -> bool:
    """Whether these are lists of text, by name."""
    return all(
        isinstance(values, list) and all(isinstance(it, str) for it in values)
        for values in named.values()
    )


@CHECKS.add
def journal_holds(document: Document) -> Iterator[Wrong]:
    """Every entry follows the one before and has the hash that it must have."""
    previous, key = GENESIS, uuid.UUID(document["evaluation"]["id"])
    for at, told in enumerate(document["journal"]):
        where = f"/journal/{at}"
        if told["number"] != at + 1:
            yield f"{where}/number", f"Entry {at + 1} is missing."
            return
        if told["previous_hash"] != previous:
            yield f"{where}/previous_hash", "It does not follow the entry before."
            return
        if None in (told["before"], told["after"], told["reason"]):
            yield where, "It is sealed, in an export that is said to be complete."
            return
        try:
            right = chained_hash(entry_of(key, told))
        except (ValueError, TypeError):
            right = ""
        if told["hash"] != right:
            yield f"{where}/hash", f"Entry {at + 1} was altered."
            return
        previous = told["hash"]


def entry_of(key: uuid.UUID, told: dict[str, Any]) -> Entry:
    """An entry as it was written, with the number of its actor there."""
    plain = {name: value for name, value in told.items() if name not in ("actor", "at")}
    at = datetime.datetime.fromisoformat(told["at"])
    return Entry(evaluation_id=key, actor_id=told["actor"], at=at, **plain)
