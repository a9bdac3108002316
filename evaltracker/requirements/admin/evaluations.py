"""The lists of the record: requirements, journal, users."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.accounts.services import may_run_accounts
from evaltracker.evaluations.models import (
    AccountEntry,
    Entry,
    Evaluation,
    JournalHead,
    Requirement,
    User,
)
from evaltracker.evaluations.policy import is_owner, may_add_people
from evaltracker.evaluations.verifying import find_break
from evaltracker.pages.base import VERDICTS, HardenedAdmin, by, label
from evaltracker.pages.search import filters_of, page_number
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    ADDRESS,
    JOURNAL,
    ROW_ID,
    JournalPart,
    Known,
    entry_sentence,
    evaluation_page,
    known_of,
    phrases_beside,
    phrases_of,
    sealed_entries,
    show,
    subject_name,
)


@cache
def kind_in_words(model_name: str) -> str:
    """“claimfile” as “claim file”; a kind of former days as it was."""
    for model in apps.get_models():
        if model._meta.model_name == model_name:
            return str(model._meta.verbose_name)
    return model_name


@admin.register(Requirement, site=site)
class RequirementAdmin(HardenedAdmin):
    empty_text = (
        "Requirements are written in an evaluation, or imported from a spreadsheet: "
        "open the evaluation and choose its Requirements."
    )
    list_display = ("ref", "text", "priority", "weight", "category", "evaluation")
    ordering = ("evaluation_id", "ref")
    list_filter = (by("evaluation"), by("priority"))
    search_fields = ("ref", "text")
    fields = (
        "evaluation",
        "category",
        "ref",
        "text",
        "priority",
        "weight",
        "measure_words",
        "vendor_help",
        "scorer_help",
        "metric",
        "metric_excuse",
        "revision",
    )

    @admin.display(description="measure")
    def measure_words(self, row: Requirement) -> str:
        return row.measure_words

    def page_of(self, row: Requirement) -> str:
        page = reverse("admin:evaluation_requirements", args=[row.evaluation.slug])
        wanted = {"q": row.ref} | ({"retired": "1"} if row.retired_at else {})
        return f"{page}?{urlencode(wanted)}#requirement-{row.pk}"


@admin.register(Entry, site=site)
class EntryAdmin(HardenedAdmin):
    empty_text = (
        "Every change is recorded here automatically; nothing has happened yet."
    )
    list_display = ("at", "evaluation", "number", "actor_name", "what", "subject")
    list_filter = (by("evaluation"),)
    search_fields = ("actor_name", "action", "subject_label")
    ordering = ("-at", "-number")
    fields = (
        "evaluation",
        "number",
        "at",
        "actor_name",
        "on_behalf_of",
        "what",
        "subject",
        "hash",
    )

    @admin.display(description="what", ordering="action")
    def what(self, entry: Entry) -> str:
        phrases = phrases_of(entry.action)
        if phrases:
            return phrases[0]
        return label(entry.action).lower()

    @admin.display(description="about")
    def subject(self, entry: Entry) -> str:
        return f"{kind_in_words(entry.subject_type)} {subject_name(entry)}".rstrip()


@admin.register(User, site=site)
class UserAdmin(HardenedAdmin):
    empty_text = "Nobody can log in yet."
    list_acts = ("add-person",)
    detail_acts = (
        "change-person",
        "give-roles",
        "invite-again",
        "set-password",
        "reset-factors",
        "stop-login",
        "allow-login",
        "erase-person",
    )
    list_display = (
        "username",
        "name",
        "email",
        "roles",
        "operator",
        "has_factor",
        "last_login",
        "is_active",
        "asks_erasure",
    )
    list_filter = (by("is_active", "active"), by("is_superuser", "operator"))
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "time_zone",
        "roles",
        "is_active",
        "is_superuser",
        "last_login",
        "date_joined",
        "erasure_asked_at",
        "erased_at",
    )

    def audience(self, user: User) -> bool:
        return may_add_people(user)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        factors = Authenticator.objects.filter(user=models.OuterRef("pk")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        people: models.QuerySet[Any] = super().get_queryset(request)
        people = people.annotate(has_factor=models.Exists(factors))
        return people.prefetch_related("groups")

    @admin.display(description="operator", boolean=True)
    def operator(self, user: User) -> bool:
        return user.is_superuser

    @admin.display(description="second factor", boolean=True)
    def has_factor(self, user: Any) -> bool:
        return bool(user.has_factor)

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "none"

    @admin.display(description="erasure")
    def asks_erasure(self, user: User) -> str:
        if user.erased_at:
            return "erased"
        if user.erasure_asked_at:
            return "asked for"
        return ""


@admin.register(AccountEntry, site=site)
class AccountEntryAdmin(HardenedAdmin):
    empty_text = "Nobody has logged in since this log was started."
    list_display = ("at", "action", "person", "by", "address", "detail")
    list_filter = (by("action"),)
    ordering = ("-at",)
    fields = ("at", "action", "person", "by", "address", "detail", "request_id")

    def audience(self, user: User) -> bool:
        return may_run_accounts(user)


PER_PAGE = 50
SHOWN = 20
FILTERS = ("actor_name", "action", "subject_type")
INSTANT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d+\+00:00$")


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    entry: Entry
    sentence: str
    about: str
    changes: list[FieldChange]
    sealed: bool


def value_text(value: Any) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            text = ROW_ID.sub("", value)
            return INSTANT.sub(r"\1 \2 UTC", text)
        case list():
            return ", ".join(first_of(map(value_text, value), len(value))) or "nothing"
        case dict():
            lines = (f"{name}: {in_line(inner)}" for name, inner in value.items())
            return "\n".join(first_of(lines, len(value))) or "nothing"
    return str(value)


def in_line(value: Any) -> str:
    if not isinstance(value, dict):
        return value_text(value)
    parts = [
        f"{name.replace('_', ' ')} {in_line(inner)}" for name, inner in value.items()
    ]
    return "; ".join(parts) or "nothing"


def first_of(texts: Iterable[str], count: int) -> list[str]:
    shown = list(islice(texts, SHOWN))
    more = count - len(shown)
    if more:
        return [*shown, f"and {more:,} more, which the export has"]
    return shown


def changes(entry: Entry, *, addresses: bool) -> list[FieldChange]:
    def shown(value: Any) -> str:
        text = value_text(value)
        if addresses:
            return text
        return ADDRESS.sub("(an address)", text)

    fields = dict.fromkeys([*entry.before, *entry.after])
    return [
        FieldChange(
            label(field),
            shown(entry.before[field]) if entry.before.get(field) else "",
            shown(value_of(entry, field)) if field in entry.after else "",
        )
        for field in fields
    ]


def value_of(entry: Entry, field: str) -> Any:
    value = entry.after[field]
    if field == "verdict":
        return VERDICTS.get(value, value)
    return value


def line_of(
    entry: Entry, known: Known, is_sealed: bool, *, addresses: bool
) -> HistoryLine:
    """An entry as the page shows it, without its values while they are sealed."""
    if is_sealed:
        changed = []
    else:
        changed = changes(entry, addresses=addresses)
    about = f"{label(entry.action)}: {kind_in_words(entry.subject_type)}"
    return HistoryLine(
        entry,
        entry_sentence(entry, known, sealed=is_sealed),
        f"{about} {entry.subject_label}",
        changed,
        is_sealed,
    )


@evaluation_page("journal", "Journal", order=120, group="Record")
def journal(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Entries, the newest first; what is sealed elsewhere is sealed here."""
    user: Any = request.user
    every = Entry.objects.filter(evaluation=evaluation)
    filters = filters_of(request, FILTERS)
    rows = every.filter(**filters).order_by("-number")
    pages = Paginator(rows, PER_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    entries = list(page)
    sealed = sealed_entries(user, evaluation, entries)
    known = known_of(evaluation, [row for row in entries if row.number not in sealed])
    options = [
        (name, title, names_of(every, name), filters.get(name, ""))
        for name, title in zip(FILTERS, ("Who", "What", "About"), strict=True)
    ]
    owner = is_owner(user, evaluation)
    runs = owner or user.is_superuser
    checked = owner and "check" in request.GET
    return show(
        request,
        evaluation,
        "evaluations/journal.html",
        lines=[
            line_of(row, known, row.number in sealed, addresses=runs) for row in entries
        ],
        page=page,
        query=urlencode(filters),
        options=options,
        head=JournalHead.objects.get(evaluation=evaluation),
        is_owner=owner,
        checked=checked,
        broken=find_break(evaluation) if checked else None,
    )


def names_of(entries: Any, field: str) -> list[tuple[str, str]]:
    values = entries.order_by(field).values_list(field, flat=True).distinct()
    plain = field == "actor_name"
    return [(value, value if plain else label(value)) for value in values]


JOURNAL.register("requirements", JournalPart(words=phrases_beside(__file__)))
