"""The journal of an evaluation: what happened, by whom, with before and after."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.verifying import find_break
from evaltracker.pages.entry_words import (
    ADDRESS,
    ROW_ID,
    Known,
    entry_sentence,
    known_of,
)
from evaltracker.pages.labels import VERDICTS, label
from evaltracker.pages.paging import page_number
from evaltracker.pages.sealed_entries import sealed_entries
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.requirements.admin.lists import kind_in_words

PER_PAGE = 50
SHOWN = 20
FILTERS = ("actor_name", "action", "subject_type")
INSTANT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d+\+00:00$")


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    entry: Entry
    sentence: str
    about: str
    changes: list[Change]
    sealed: bool


def words(value: Any) -> str:
    """A value of before or after as people read it."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            text = ROW_ID.sub("", value)
            return INSTANT.sub(r"\1 \2 UTC", text)
        case list():
            return ", ".join(first_of(map(words, value), len(value))) or "nothing"
        case dict():
            lines = (f"{name}: {in_line(said)}" for name, said in value.items())
            return "\n".join(first_of(lines, len(value))) or "nothing"
    return str(value)


def in_line(value: Any) -> str:
    """A value within a list or a mapping, on one line."""
    if not isinstance(value, dict):
        return words(value)
    parts = [
        f"{name.replace('_', ' ')} {in_line(said)}" for name, said in value.items()
    ]
    return "; ".join(parts) or "nothing"


def first_of(told: Iterable[str], count: int) -> list[str]:
    """What an import or a copy wrote of thousands of rows, told by the first."""
    shown = list(islice(told, SHOWN))
    more = count - len(shown)
    return [*shown, f"and {more:,} more, which the export has"] if more else shown


def without_addresses(text: str) -> str:
    """The text as it reads for who writes to nobody outside."""
    return ADDRESS.sub("(an address)", text)


def changes(entry: Entry, *, addresses: bool) -> list[Change]:
    """The fields that the entry tells of; mail addresses only if `addresses`."""
    said = words if addresses else (lambda value: without_addresses(words(value)))
    fields = dict.fromkeys([*entry.before, *entry.after])
    return [
        Change(
            label(field),
            said(entry.before[field]) if entry.before.get(field) else "",
            said(value_of(entry, field)) if field in entry.after else "",
        )
        for field in fields
    ]


def value_of(entry: Entry, field: str) -> Any:
    """What a field became, its code as the word that people read."""
    value = entry.after[field]
    return VERDICTS.get(value, value) if field == "verdict" else value


def line_of(entry: Entry, known: Known, is_sealed: bool, *, addresses: bool) -> Line:
    """An entry as the page shows it, without its values while they are sealed."""
    told = [] if is_sealed else changes(entry, addresses=addresses)
    about = f"{label(entry.action)}: {kind_in_words(entry.subject_type)}"
    return Line(
        entry,
        entry_sentence(entry, known, sealed=is_sealed),
        f"{about} {entry.subject_label}",
        told,
        is_sealed,
    )


@evaluation_page("journal", "Journal", order=120, group="Record")
def journal(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Entries, the newest first; what is sealed elsewhere is sealed here."""
    user: Any = request.user
    every = Entry.objects.filter(evaluation=evaluation)
    asked = {
        name: request.GET[name].replace("\x00", "")
        for name in FILTERS
        if request.GET.get(name)
    }
    rows = every.filter(**asked).order_by("-number")
    pages = Paginator(rows, PER_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    entries = list(page)
    sealed = sealed_entries(user, evaluation, entries)
    known = known_of(evaluation, [it for it in entries if it.number not in sealed])
    options = [
        (name, title, names_of(every, name), asked.get(name, ""))
        for name, title in zip(FILTERS, ("Who", "What", "About"), strict=True)
    ]
    owner = is_owner(user, evaluation)
    runs = owner or user.is_superuser
    checked = owner and "check" in request.GET
    return show(
        request,
        evaluation,
        "evaluations/journal.html",
        title="Journal",
        tab="journal",
        lines=[
            line_of(it, known, it.number in sealed, addresses=runs) for it in entries
        ],
        page=page,
        query=urlencode(asked),
        options=options,
        head=JournalHead.objects.get(evaluation=evaluation),
        is_owner=owner,
        checked=checked,
        broken=find_break(evaluation) if checked else None,
    )


def names_of(entries: Any, field: str) -> list[tuple[str, str]]:
    """The values that a field has, for the filter."""
    found = entries.order_by(field).values_list(field, flat=True).distinct()
    plain = field == "actor_name"
    return [(value, value if plain else label(value)) for value in found]
