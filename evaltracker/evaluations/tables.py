"""What stands in the tables, beside what the journal says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models, transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.account_log import IMPORTED
from evaltracker.evaluations.commitments import (
    Commitment,
    Key,
    changed_column,
    commitment_to,
    committed_models,
    is_newer,
    read_commitments,
)
from evaltracker.evaluations.models import (
    CommittedRecord,
    Entry,
    Evaluation,
    JournalHead,
    SealedRecord,
)
from evaltracker.evaluations.models.evaluation import columns, touch, versions

# Where the default cache reaches its table: over a connection of its own.
#
# Guesses are counted there. On the connection of the request a count would be lost with
# a transaction that is rolled back, and everybody behind one address would wait for the
# login of everybody else. What is only read needs no second connection. SQLite has one
# writer at a time, so there it is the same one.

ALIAS = "counters"


class CounterRouter:
    """A database router; it knows the model that Django makes up for a cache."""

    def db_for_write(self, model: type[models.Model], **hints: object) -> str | None:
        if model._meta.app_label == "django_cache" and ALIAS in settings.DATABASES:
            return ALIAS
        return None

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        return False if db == ALIAS else None


COVERED = "journal.covered"
# Entries that commit to every row that there is.
WHOLE = (IMPORTED, COVERED)


@dataclass(slots=True)
class JournalState:
    # The last entry about each row, and what it commits to.
    rows: dict[Key, tuple[int, Commitment]] = field(default_factory=dict)
    # Whether they begin at an anchor: then rows from before are not compared.
    is_later: bool = False
    # Whether the entries commit to every row that there is.
    is_whole: bool = True
    # The version of the evaluation's columns in an entry that commits to every row of
    # the tables that counted by then.
    since: int = 0
    # Entries of before, which commit to nothing.
    uncovered: int = 0
    # Entries of a newer version, whose rows cannot be compared.
    newer: set[int] = field(default_factory=set)

    def read(self, entry: Entry) -> None:
        if is_newer(entry.rows):
            # It may tell of any row: only what later entries tell of is compared.
            self.newer.add(entry.number)
            self.rows.clear()
            self.is_later = True
            return
        if entry.action in WHOLE and entry.rows is not None:
            self.is_whole = True
        if entry.rows is None:
            self.is_whole = False
            self.uncovered += 1
            return
        for key, commitment in read_commitments(entry.rows):
            self.rows[key] = (entry.number, commitment)
        self.since = max(self.since, since_of(entry))

    def tells_all(self, model: type[CommittedRecord]) -> bool:
        if self.is_later:
            return False
        if model.since:
            return self.since >= model.since
        return self.is_whole


def since_of(entry: Entry) -> int:
    """The version of `CommittedRecord.since` from which an entry tells of all."""
    if entry.number > 1 and entry.action not in WHOLE:
        return 0
    label = Evaluation._meta.label_lower
    commitments = read_commitments(entry.rows or "")
    numbers = (row.version for key, row in commitments if key[0] == label)
    return max(numbers, default=0)


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A row that is not what an entry says of it; never what it says."""

    # 0: no entry tells of the row.
    entry: int
    table: str
    key: str
    sentence: str

    def __str__(self) -> str:
        text = f"{self.table} {self.key} {self.sentence}"
        if self.entry:
            return f"entry {self.entry}: {text}"
        return text


@dataclass(slots=True)
class TableComparison:
    differences: list[Difference] = field(default_factory=list)
    agreeing: int = 0
    # Rows of which the entries that were read say nothing.
    uncovered: int = 0


def compare_tables(evaluation: Evaluation, journal: JournalState) -> TableComparison:
    """Every committed row of `evaluation` beside what the journal says.

    Rows are counted both ways: what appeared without an entry and what vanished
    without one are differences, too.
    """
    compared = TableComparison()
    models = {model._meta.label_lower: model for model in committed_models()}
    for (label, _), (number, commitment) in journal.rows.items():
        model = models.get(label)
        version = commitment.version
        is_known = commitment.is_removal or (model and version in versions(model))
        if model is None or not is_known:
            journal.newer.add(number)
    there: set[Key] = set()
    for model in models.values():
        for key, difference in _rows(model, evaluation, journal):
            there.add(key)
            if difference is not None:
                compared.differences.append(difference)
            elif key in journal.rows:
                compared.agreeing += journal.rows[key][0] not in journal.newer
            else:
                compared.uncovered += 1
        name = str(model._meta.verbose_name)
        for pk, column in model.contradictions(evaluation):
            number = journal.rows.get((model._meta.label_lower, str(pk)), (0,))[0]
            sentence = f"was changed in {column}"
            compared.differences.append(Difference(number, name, str(pk), sentence))
    compared.differences += [
        Difference(number, str(models[key[0]]._meta.verbose_name), key[1], "is gone")
        for key, (number, commitment) in journal.rows.items()
        if key not in there and key[0] in models and not commitment.is_removal
    ]
    compared.differences.sort()
    return compared


def _rows(
    model: type[CommittedRecord], evaluation: Evaluation, journal: JournalState
) -> Iterator[tuple[Key, Difference | None]]:
    label = model._meta.label_lower
    name = str(model._meta.verbose_name)
    known = {
        version: [attribute for attribute, _ in columns(model, version)]
        for version in versions(model)
    }
    manager: Any = model._default_manager
    wanted = {name for names in known.values() for name in names}
    rows = manager.filter(**{model.evaluation_path or "pk": evaluation.pk})
    if issubclass(model, SealedRecord):
        wanted.add("salt")
    for row in rows.order_by("pk").values("pk", *wanted).iterator(chunk_size=2000):
        salt = row.get("salt")
        key = (label, str(row["pk"]))
        number, commitment = journal.rows.get(key, (0, None))
        sentence = ""
        if commitment is None:
            if journal.tells_all(model) or (salt and not journal.is_later):
                sentence = "appeared without an entry"
        elif commitment.is_removal:
            sentence = "was removed, and is there again"
        elif commitment.version in known:
            values = [row[name] for name in known[commitment.version]]
            now = commitment_to(model, commitment.version, row["pk"], salt, values)
            if now.digest != commitment.digest:
                sentence = f"was changed in {changed_column(model, commitment, now)}"
        yield key, Difference(number, name, key[1], sentence) if sentence else None


def rows_of(evaluation: Evaluation) -> Iterator[CommittedRecord]:
    for model in committed_models():
        manager: Any = model._default_manager
        yield from manager.filter(**{model.evaluation_path or "pk": evaluation.pk})


def cover_tables(evaluation: Evaluation) -> Entry | None:
    """Commit to every row as it stands; None if the journal does so already.

    From then on each change behind the product's back is found, and each row that
    appears or vanishes. Nothing is said of what happened to them before.
    """
    if is_covered(evaluation):
        return None
    with transaction.atomic():
        # First: whoever writes locks rows before the head, here as anywhere.
        for model in committed_models():
            model.complete(evaluation)
        # Whoever has written and not yet committed commits to the row after this.
        JournalHead.objects.select_for_update(no_key=True).get(evaluation=evaluation)
        rows = list(rows_of(evaluation))
        for row in rows:
            touch(evaluation.pk, type(row), row.pk, row.saved())
        return journal.record(
            evaluation, COVERED, evaluation, journal.SYSTEM, after={"rows": len(rows)}
        )


def is_covered(evaluation: Evaluation) -> bool:
    """Whether entries commit to every row of an evaluation."""
    entries = Entry.objects.defer(None).filter(evaluation=evaluation)
    whole = entries.filter(models.Q(number=1) | models.Q(action__in=WHOLE))
    newest = max(model.since for model in committed_models())
    if max(map(since_of, whole), default=0) < newest:
        return False
    silent = entries.filter(rows__isnull=True).order_by("-number").first()
    if silent is None:
        return True
    later = entries.filter(number__gt=silent.number)
    return later.filter(action__in=WHOLE, rows__isnull=False).exists()
