"""The bytes of a file as a document of the right shape, or what is wrong and where."""

import datetime
import json
import math
import re
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import jsonschema
from django.db.models import JSONField
from django.db.models.functions import Lower

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import FieldKind, Stage, Status
from evaltracker.evaluations.commitments import is_newer
from evaltracker.evaluations.journal import GENESIS, chained_hash
from evaltracker.evaluations.models import BriefField, Entry, User
from evaltracker.evaluations.policy import read_answer
from evaltracker.portable import FORMAT, VERSION
from evaltracker.portable.registry import CHECKS, Document, parts
from evaltracker.portable.writing import LARGEST, schema
from evaltracker.toolbox.measures import Measure, Reading
from evaltracker.toolbox.text import pointer_to, schema_error_words

DEEPEST = 40
MOST_SENTENCES = 20
# What no database keeps: NUL, and halves of a character.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def read_json(content: bytes, limit: int = LARGEST) -> Any:
    """A JSON file as Python reads it.

    Raises:
        Invalid: over the limit, no JSON, a name twice, too deep, or unkeepable text.
    """
    if len(content) > limit:
        raise Invalid(f"The file is over {limit // 2**20} MB.", code="file_too_large")
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(
            text,
            object_pairs_hook=_unrepeated,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise Invalid("The file is not UTF-8, so it is no JSON file.") from None
    except RecursionError:
        raise Invalid(f"The file is nested over {DEEPEST} levels deep.") from None
    except ValueError as error:
        raise Invalid(f"The file is no JSON: {error}.") from None
    if (wrong := next(unkept(value), None)) is not None:
        raise invalid([wrong])
    return value


def read_document(content: bytes, limit: int = LARGEST) -> Document:
    """A whole evaluation, its shape checked against the schema.

    Raises:
        Invalid: with the sentences by JSON pointer.
    """
    document = read_json(content, limit)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Invalid(
            f"This is no export of an evaluation: “format” has to be “{FORMAT}”."
        )
    if document.get("version") != VERSION:
        raise Invalid(
            f"The file is version {str(document.get('version'))[:20]!r} of the format; "
            f"this installation reads version {VERSION}."
        )
    for part in parts():
        rows = document.get(part.name)
        if part.before and isinstance(rows, list):
            with suppress(AttributeError, KeyError, TypeError, ValueError):
                part.before(document)
    checker = jsonschema.Draft202012Validator(schema())
    wrong = []
    for error in checker.iter_errors(document):
        wrong += list(schema_error_words(error))
        if len(wrong) >= MOST_SENTENCES:
            break
    if wrong:
        raise invalid(wrong)
    return {part.name: [] for part in parts() if part.optional} | document


def invalid(wrong: Iterable[tuple[str, str]]) -> Invalid:
    errors: dict[str, list[str]] = {}
    for pointer, sentence in wrong:
        errors.setdefault(pointer, []).append(sentence)
    pointer, sentences = next(iter(errors.items()))
    return Invalid(
        f"Nothing was imported. {pointer or 'The file'}: {sentences[0]}",
        errors=errors,
        code="not_importable",
    )


def unkept(value: Any) -> Iterator[tuple[str, str]]:
    """Text that no database keeps, and what is nested too deep."""
    waiting: deque[tuple[tuple[Any, ...], Any]] = deque([((), value)])
    while waiting:
        path, node = waiting.popleft()
        if len(path) > DEEPEST:
            yield pointer_to(path[:3]), f"It is nested over {DEEPEST} levels deep."
            return
        if isinstance(node, str):
            if _UNKEPT.search(node):
                yield pointer_to(path), "It holds a character that cannot be kept."
        elif isinstance(node, dict):
            for name, inner in node.items():
                if _UNKEPT.search(name):
                    yield pointer_to(path), "A name in it cannot be kept."
                waiting.append(((*path, name), inner))
        elif isinstance(node, list):
            waiting.extend(((*path, at), inner) for at, inner in enumerate(node))


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{repeated[:60]}” stands twice in one object")
    return members


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no number")
    return number


# What does not fit in a document of the right shape; nothing is written here.

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
    wrong = [problem for check in CHECKS for problem in check(document)]
    if wrong:
        raise invalid(wrong[:MOST_SENTENCES])


@CHECKS.add
def people_differ(document: Document) -> Iterator[Wrong]:
    for field in ("username", "email"):
        seen: set[str] = set()
        for at, person in enumerate(document["people"]):
            value = person[field].lower()
            if value and value in seen:
                yield f"/people/{at}/{field}", "Somebody else in the file has it."
            seen.add(value)
    names = {person["username"] for person in document["people"]}
    evaluation = document["evaluation"]
    for at, name in enumerate(evaluation["readers"]):
        if name not in names:
            yield f"/evaluation/readers/{at}", f"“{name}” is not among “people”."
    if evaluation["owner"] not in names:
        yield "/evaluation/owner", f"“{evaluation['owner']}” is not among “people”."


@CHECKS.add
def visits_lead_to_the_stage(document: Document) -> Iterator[Wrong]:
    """The one open visit, if it goes on, is in the stage of the evaluation."""
    evaluation = document["evaluation"]
    is_open = evaluation.get("status", Status.OPEN) == Status.OPEN
    stage = evaluation.get("stage", Stage.REQUIREMENTS)
    going_on = [visit for visit in document["visits"] if visit.get("left_at") is None]
    if [row["stage"] for row in going_on] != [stage] * is_open:
        if is_open:
            what = f"one open visit in “{stage}”"
        else:
            what = "no open visit"
        yield "/visits", f"There has to be {what}."


@CHECKS.add
def named_values_are_by_list(document: Document) -> Iterator[Wrong]:
    for part in parts():
        if any(field.name == "named_values" for field in part.fields):
            for at, row in enumerate(document[part.name]):
                if not is_by_list(row.get("named_values", {})):
                    yield (
                        f"/{part.name}/{at}/named_values",
                        "Values stand in lists of text, by the name of their list.",
                    )


@CHECKS.add
def measures_are_whole(document: Document) -> Iterator[Wrong]:
    readers = {"measure": Measure.from_json, "number": Reading.from_json}
    for part in parts():
        measures = {field.name for field in part.fields if isinstance(field, JSONField)}
        for name in sorted(measures & readers.keys()):
            for at, row in enumerate(document[part.name]):
                try:
                    readers[name](row.get(name, {}))
                except Invalid as error:
                    yield f"/{part.name}/{at}/{name}", error.sentence


@CHECKS.add
def questions_are_answered_in_kind(document: Document) -> Iterator[Wrong]:
    """Questions of the brief that ask for a number, a date or a choice have one."""
    for at, question in enumerate(document.get("brief_fields", ())):
        place = f"/brief_fields/{at}"
        choices = question.get("choices", [])
        if not is_by_list({"choices": choices}):
            yield f"{place}/choices", "It has to be a list of text."
            continue
        field = BriefField(kind=question.get("kind", FieldKind.TEXT), choices=choices)
        try:
            read_answer(field, question.get("answer", ""))
        except ValueError as error:
            yield f"{place}/answer", str(error)


def is_by_list(named: dict[str, Any]) -> bool:
    return all(
        isinstance(values, list) and all(isinstance(value, str) for value in values)
        for values in named.values()
    )


@CHECKS.add
def journal_holds(document: Document) -> Iterator[Wrong]:
    """Every entry follows the one before and has the hash that it must have."""
    previous = GENESIS
    key = uuid.UUID(document["evaluation"]["id"])
    for at, entry in enumerate(document["journal"]):
        place = f"/journal/{at}"
        if entry["number"] != at + 1:
            yield f"{place}/number", f"Entry {at + 1} is missing."
            return
        if entry["previous_hash"] != previous:
            yield f"{place}/previous_hash", "It does not follow the entry before."
            return
        if None in (entry["before"], entry["after"], entry["reason"]):
            yield place, "It is sealed, in an export that is said to be complete."
            return
        if is_newer(entry.get("rows")):
            yield (
                f"{place}/rows",
                f"A newer version wrote entry {at + 1}: upgrade first.",
            )
            return
        try:
            right = chained_hash(entry_of(key, entry))
        except (ValueError, TypeError):
            right = ""
        if entry["hash"] != right:
            yield f"{place}/hash", f"Entry {at + 1} was altered."
            return
        previous = entry["hash"]


def entry_of(key: uuid.UUID, written: dict[str, Any]) -> Entry:
    plain = {
        name: value for name, value in written.items() if name not in ("actor", "at")
    }
    at = datetime.datetime.fromisoformat(written["at"])
    return Entry(evaluation_id=key, actor_id=written["actor"], at=at, **plain)


# Who the people of a file are here.
#
# The same address is the same person. The same login name is, unless both have
# addresses that differ. Everybody else is unknown here and comes in as a login that is
# stopped.


@dataclass(frozen=True, slots=True)
class Match:
    """One person of a file, and who that is here; `user` is None for nobody."""

    told: dict[str, str]
    user: User | None
    how: str

    @property
    def name(self) -> str:
        whole = f"{self.told['first_name']} {self.told['last_name']}".strip()
        return whole or self.told["username"]


def match_people(people: list[dict[str, str]]) -> list[Match]:
    """A match for each, in the order of the file; nobody here is two of them."""
    addresses = [person["email"].lower() for person in people if person["email"]]
    spelt = User.objects.annotate(spelt=Lower("email")).filter(spelt__in=addresses)
    by_address = {user.email.lower(): user for user in spelt}
    names = [person["username"] for person in people]
    by_name: dict[str, User] = {
        user.get_username(): user for user in User.objects.filter(username__in=names)
    }
    taken = {user.pk for user in by_address.values()}
    matches = []
    for person in people:
        known = by_address.get(person["email"].lower())
        user = by_name.get(person["username"])
        if known is not None:
            matches.append(Match(person, known, "by address"))
        elif user is None or user.pk in taken or differ(user.email, person["email"]):
            matches.append(Match(person, None, "unknown here"))
        else:
            matches.append(Match(person, user, "by login name"))
    return matches


def differ(text: str, other: str) -> bool:
    return bool(text and other) and text.lower() != other.lower()


def free_names(wanted: Iterable[str]) -> dict[str, str]:
    wanted = list(wanted)
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    names = {}
    for name in wanted:
        number = 1
        free = name
        while free.lower() in taken:
            number += 1
            free = f"{name[:140]}-{number}"
        taken.add(free.lower())
        names[name] = free
    return names
