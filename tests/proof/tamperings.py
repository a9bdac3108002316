"""Every way to change, add or remove a row, for each table that there is (T67).

They are made from the models, so that a table which nobody has thought of fails: it is
committed, told by another row, checked by another command, or excused with a reason.
"""

import datetime
import hashlib
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Count
from django.db.utils import DatabaseError
from django.utils import timezone

from evaltracker.decision.models import KeptDraws, Outlook
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import (
    CachedValue,
    CommittedRecord,
    Entry,
    Evaluation,
    JournalHead,
)
from evaltracker.evaluations.models.evaluation import columns
from tests.as_application import ownership
from tests.lock_order import around_tests
from trials.models import Run

FLOORS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
# What other checks find than the commitment to a row of its own.
OTHERWISE: dict[type[models.Model], str] = {
    Run: "by its report's digest of all its runs",
    Entry: "by the chain",
    JournalHead: "by the chain",
    KeptDraws: "by verify_ledger (tests/proof/test_one_digest.py)",
}
EXCUSED = {
    # People and companies stand above evaluations.
    "evaluations.user": "accounts have a log of their own",
    "evaluations.user_groups": "made anew of people's parts",
    "evaluations.user_user_permissions": "nobody has any",
    "evaluations.accountentry": "the log of accounts; a process may only add to it",
    "evaluations.evaluation_readers": "made anew of people's parts",
    "vendors.vendor": "the company; its candidates' names count",
    "vendors.contact": "contacts",
    "vendors.contactrequest": "contacts",
    # What is only said beside.
    "evaluations.comment": "comments",
    "evaluations.mention": "comments",
    "evaluations.notice": "notices",
    "evaluations.webhook": "notices",
    "trials.demonote": "a person's own notes",
    "trials.demoguest": "who is told of a demo; `attendees` counts",
    "workflow.waiverrequest": "that somebody asks; the waiver counts",
    "workflow.succession": "which purchase came before",
    # Ways in.
    "vendors.vendortoken": "tokens",
    "vendors.invitationlink": "tokens",
    "vendors.signincode": "tokens",
    "vendors.vendorsession": "tokens",
    "trials.runtoken": "tokens",
    "evaluations.personaltoken": "tokens",
    "vendors.idempotencyrecord": "what a repeated call is answered",
    "vendors.refusedcall": "calls that did nothing",
    "vendors.quotereader": "who of a vendor reads its own prices",
    "vendors.quoteread": "who of a vendor read its own prices; an entry tells it",
    "vendors.vendorevent": "copied from entries, which the chain proves",
    # What does not count yet, or nothing rests on.
    "vendors.answerdraft": "drafts",
    "vendors.draftfile": "drafts",
    "vendors.mailedsheet": "a file as it came; the claims entered from it count",
    "vendors.statusword": "how the next file is read",
    "evaluations.importdraft": "drafts",
    "evaluations.import": "what undoing an import needs; its entry tells it",
    "evaluations.gridview": "how a table is arranged",
    "evaluations.columnmemory": "how the next file is read",
    "evaluations.importedhistory": "its entry has its digest",
    "evaluations.evaluationtemplate": "what the next purchase begins with",
    "vendors.lastseen": "a reader's bookmark",
    "workflow.snooze": "a reader's bookmark",
    "workflow.belllook": "a reader's bookmark",
    "workflow.askedact": "a program's question; what is done of it has its entry",
    # What is counted again, and the machinery.
    "workflow.outlook": "made anew of what counts",
    "evaluations.cachedvalue": "made anew of what counts",
    "evaluations.choredone": "when a chore last ran",
}


def tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in FLOORS:
            yield model


def undecided() -> list[str]:
    """Tables that are neither committed nor excused with a reason, or are both."""
    return [
        model._meta.label_lower
        for model in tables()
        if issubclass(model, CommittedRecord)
        + (model in OTHERWISE)
        + (model._meta.label_lower in EXCUSED)
        != 1
    ]


@dataclass(frozen=True)
class Tampering:
    """One rewriting of a table; `do` says whether the database let it be done."""

    verb: str
    row: Any
    # Whether a digest that the row keeps of itself is rewritten, too.
    digest: bool = False

    def __str__(self) -> str:
        what = " and its digest" if self.digest else ""
        return f"{self.row._meta.label_lower} {self.verb}{what}"

    def do(self) -> bool:
        rows = type(self.row)._base_manager.filter(pk=self.row.pk)
        if self.verb == "removed":
            return bool(rows._raw_delete(rows.db))
        if self.verb == "added":
            return any(map(self.insert, self.others()))
        names = digests(type(self.row))
        for field, value in self.values():
            if field.name in names:
                continue
            new = {field.attname: value}
            if self.digest:
                made = hashlib.sha256(str(value).encode()).hexdigest()
                new |= dict.fromkeys(names, made)
            if attempt(partial(rows.update, **new)):
                return True
        return False

    def values(self) -> list[tuple[Any, Any]]:
        """What each column could say instead."""
        model: type[CommittedRecord] = type(self.row)
        counted = [name for name, _ in columns(model)] if is_told(self) else []
        return [
            (field, value)
            for field in self.row._meta.concrete_fields
            if not field.primary_key
            and (field.attname in counted or not counted)
            and field.name not in ("salt", "slug")
            for value in other_values(field, self.row)
        ]

    def others(self) -> Iterator[dict[str, Any]]:
        """In what a second row may differ, so that no constraint refuses it."""
        there = [{field.attname: value} for field, value in self.values()]
        yield {}
        yield from there
        for one, two in itertools.combinations(there, 2):
            yield one | two

    def insert(self, other: dict[str, Any]) -> bool:
        model = type(self.row)
        names = [field.attname for field in model._meta.concrete_fields]
        made = model(**{name: getattr(self.row, name) for name in names} | other)
        made.pk = uuid.uuid4()
        return attempt(
            lambda: models.Model.save_base(made, raw=True, force_insert=True)
        )


def is_told(tampering: Tampering) -> bool:
    return issubclass(type(tampering.row), CommittedRecord)


def digests(model: type[models.Model]) -> list[str]:
    """The columns in which a row keeps a digest of itself."""
    names = [field.name for field in model._meta.concrete_fields]
    return [name for name in names if name == "digest" or name.endswith("sha256")]


def other_values(field: Any, row: Any) -> list[Any]:
    """Values of a column's kind that a row does not have."""
    value = getattr(row, field.attname)
    if field.is_relation:
        others = field.related_model._base_manager.exclude(pk=value)
        return list(others.values_list("pk", flat=True)[:3])
    if field.choices:
        return [key for key, _ in field.flatchoices if key != value]
    match field:
        case models.BooleanField():
            return [not value]
        case models.JSONField():
            return [{"other": 1}, ["other"]]
        case models.IntegerField() | models.DecimalField():
            return [(value or 0) + 1, max((value or 0) - 1, 0), (value or 0) + 1000]
        case models.DateField():
            return [value + datetime.timedelta(days=1)] if value else []
        case models.CharField() | models.TextField():
            most = field.max_length or 10_000
            return [(value or "")[: most - 1] + "x"]
    return []


def attempt(change: Any) -> bool:
    """Whether the database lets it be done."""
    try:
        with transaction.atomic():
            return bool(change() != 0)
    except (DatabaseError, ValueError):
        return False


def fill_up() -> None:
    """A row of each table that counts and has none, which an entry tells."""
    for model in tables():
        if issubclass(model, CommittedRecord) and not model._base_manager.exists():
            with transaction.atomic():
                row = first_row(model)
                where = Evaluation.objects.get(pk=row.home())
                journal.record(
                    evaluation=where, action="x", subject=row, by=journal.SYSTEM
                )


def first_row(model: type[CommittedRecord]) -> Any:
    """A row with what it cannot do without; where a constraint wants more, with all."""
    every = [field for field in model._meta.fields if not field.primary_key]
    for fields in ([*filter(is_owed, every)], every):
        row = model(**dict(map(filled, fields)))
        if attempt(row.save):
            return row
    raise AssertionError(f"no row of {model._meta.label} that its constraints take")


def is_owed(field: Any) -> bool:
    """Whether a row cannot do without a value of the column."""
    return not (field.null or field.blank or field.has_default() or field.primary_key)


def filled(field: Any) -> tuple[str, Any]:
    """Some value that fits a column."""
    if field.is_relation:
        return field.name, field.related_model._base_manager.order_by("pk").first()
    if field.choices:
        return field.name, field.flatchoices[0][0]
    match field:
        case models.BooleanField():
            return field.name, False
        case models.DateTimeField():
            return field.name, timezone.now()
        case models.DateField():
            return field.name, timezone.now().date()
        case models.IntegerField() | models.DecimalField():
            return field.name, 3
    return field.name, "x"


def smallest_first() -> list[Any]:
    """The keys of all evaluations, that with the shortest journal first: comparing
    takes as long as it is."""
    counted = Evaluation.objects.annotate(number=Count("entries"))
    return list(counted.order_by("number", "pk").values_list("pk", flat=True))


def first_row_in(model: Any, evaluations: list[Any]) -> Any:
    """A row of that table in the first of these evaluations that has one, or None."""
    rows = model._base_manager.order_by("pk")
    path = model.evaluation_path or "pk"
    found = (rows.filter(**{path: key}).first() for key in evaluations)
    return next((row for row in found if row is not None), None)


def tamperings() -> Iterator[Tampering]:
    """Each way to rewrite one row of every table that counts."""
    evaluations = smallest_first()
    for model in tables():
        if not issubclass(model, CommittedRecord) and model is not Run:
            continue
        row = first_row_in(model, evaluations)
        if row is None:
            continue
        yield from (Tampering(verb, row) for verb in ("changed", "added", "removed"))
        if digests(model):
            yield Tampering("changed", row, digest=True)


@contextmanager
def taken_back(*, caches: bool) -> Iterator[None]:
    """Behind the product's back, with every cache emptied or not; undone afterwards."""
    with around_tests():
        with ownership(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            if not caches:
                for model in (KeptDraws, Outlook, CachedValue):
                    rows = model._base_manager.all()
                    rows._raw_delete(rows.db)
            yield
            cursor.execute("SET LOCAL session_replication_role = origin")
        transaction.set_rollback(True)


def evaluation_of(row: Any) -> Evaluation:
    path = row.evaluation_path or "pk"
    return Evaluation.objects.get(
        pk=type(row)._base_manager.values_list(path, flat=True).get(pk=row.pk)
    )
