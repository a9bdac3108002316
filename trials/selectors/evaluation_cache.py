"""What pages count once for each version of an evaluation."""

import datetime
import hashlib
import json
import threading
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.utils import timezone

from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.pages.tabs import code_version
from evaltracker.toolbox.days import instant_of, today_in
from evaltracker.toolbox.registry import is_only_reading, seen_by_request
from stakeholders.models import Stakeholder
from trials.models import Evidence, Gap
from trials.scoring import FORMULA_VERSION
from trials.selectors.cells import awaiting_reply
from trials.selectors.ledger import Ledger, ledger, ledger_after
from vendors.models import Candidate, Claim

DAY = datetime.timedelta(days=1)


PERSON = (
    *("pk", "username", "first_name", "last_name", "is_active", "is_superuser"),
    *("country", "subdivision"),
)


# By journal head and owner's columns, in the order of `_heads`.
HEAD = (
    *("hash", "count", "evaluation__zone", "evaluation__claims_close_at"),
    *("evaluation__stage", "evaluation__status"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A state of an evaluation: all entries of its journal, with the code and formula
    that count, and what counts and stands in none of them, as one digest. From
    `valid_until` on, time alone may have changed something.

    `entries` is how many entries there are, `besides` the digest of all else.
    """

    digest: str
    valid_until: datetime.datetime
    entries: int
    besides: str

    def holds(self, now: "Version") -> bool:
        return self.digest == now.digest and timezone.now() < self.valid_until

    def differs_in_entries_from(self, now: "Version") -> bool:
        """Whether between this version and that of now there are entries, and no other
        difference."""
        same = self.besides == now.besides and timezone.now() < self.valid_until
        return same and self.entries < now.entries


def versions_of(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Version]:
    """The versions of evaluations by their keys, in four queries for all."""
    people = _people(keys)
    companies = _companies(keys)
    # When the next vendor's time to reply is over; then more verdicts count.
    gaps = Gap.objects.filter(awaiting_reply(), trial__candidate__evaluation__in=keys)
    rows = gaps.order_by().values_list("trial__candidate__evaluation")
    replies = dict(rows.annotate(next=Min("reply_until")))
    versions = {}
    for key, head, entries, zone, closing, *owner in _heads(keys):
        tomorrow = instant_of(today_in(zone) + DAY, datetime.time(), zone)
        moments = [tomorrow, closing, replies.get(key)]
        besides = _digest(
            code_version(), FORMULA_VERSION, owner, people[key], companies[key]
        )
        now = timezone.now()
        versions[key] = Version(
            digest=_digest(head, besides),
            valid_until=min(moment for moment in moments if moment and moment > now),
            entries=entries,
            besides=besides,
        )
    return versions


def _digest(*counts: Any) -> str:
    text = json.dumps(counts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _heads(keys: Collection[uuid.UUID]) -> Any:
    owner = [f"evaluation__owner__{name}" for name in PERSON]
    heads = JournalHead.objects.filter(evaluation__in=keys)
    columns = ["evaluation", *HEAD, *owner]
    return heads.values_list(*columns)


def _people(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """Everybody who has or had a part: their names, places, and whether active."""
    people: dict[uuid.UUID, list[Any]] = defaultdict(list)
    parts = Stakeholder.objects.filter(evaluation__in=keys).order_by("pk")
    for key, *person in parts.values_list(
        "evaluation", *(f"user__{name}" for name in PERSON)
    ):
        people[key].append(person)
    return people


def _companies(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    companies: dict[uuid.UUID, list[Any]] = defaultdict(list)
    rows = Candidate.objects.filter(evaluation__in=keys, vendor__isnull=False)
    for key, *company in rows.order_by("pk").values_list(
        "evaluation", "vendor", "vendor__name"
    ):
        companies[key].append(company)
    return companies


# Of more entries the whole ledger is read.
MOST = 50


# What moves cells of the one candidate that it is about, and nobody else's.
OF_CLAIMS = frozenset({"claim.noted", "claim.submitted", "claim.withdrawn"})


OF_VERDICTS = frozenset(
    {"evidence.recorded", "evidence.reconfirmed"}
    | {"evidence.recorded_together", "evidence.taken_back"}
)


# What moves none. Whatever is in none of these may have moved all of them.
OF_NONE = frozenset(
    {
        *("comment.added", "comment.replied", "comment.resolved", "comment.reopened"),
        *("comment.withdrawn", "cost.removed", "cost.set", "file.attached"),
        *("quote.entered", "quote.handed_in", "quote.taken_out", "quote.withdrawn"),
        *("score.changed", "score.given", "score.withdrawn", "scores.locked"),
        *("demo.note_changed", "demo.note_written", "test_invitation.sent"),
        "effort.stated",
        # Runs propose a verdict; nothing moves before a person gives it.
        *("run.left_out", "run.taken_back", "run_token.made", "run_token.revoked"),
        *("quote.read", "quote.reader_named", "quotes.reader_set", "runs.reported"),
    }
)


def moved_between(
    evaluation: uuid.UUID, before: Version, now: Version
) -> set[uuid.UUID] | None:
    """The candidates whose cells may differ; None if any candidate's may."""
    if not before.differs_in_entries_from(now) or now.entries - before.entries > MOST:
        return None
    entries = Entry.objects.filter(
        evaluation=evaluation, number__gt=before.entries, number__lte=now.entries
    )
    actions = list(entries.order_by("number").values_list("action", "subject_id"))
    if not {action for action, _ in actions} <= OF_CLAIMS | OF_VERDICTS | OF_NONE:
        return None
    claims = _subjects(actions, OF_CLAIMS)
    verdicts = _subjects(actions, OF_VERDICTS)
    moved = set(Claim.objects.filter(pk__in=claims).values_list("candidate", flat=True))
    if verdicts:
        rows = Evidence.objects.filter(pk__in=verdicts)
        moved.update(rows.values_list("claim__candidate", flat=True))
    return moved


def _subjects(
    pairs: Collection[tuple[str, str]], actions: Collection[str]
) -> list[str]:
    return [subject for action, subject in pairs if action in actions]


type Count[T] = Callable[[Evaluation], T]


# Of so many evaluations, those that were read last, with so many cells in all.
COUNTED_MOST = 64
MOST_CELLS = 40_000


class EvaluationCache:
    """What was counted of one version of one evaluation, by name."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version: Version | None = None
        self.values: dict[str, Any] = {}
        # A ledger of before, and its version.
        self.before: tuple[Version, Ledger] | None = None
        # What is counted now, by the thread that has the lock.
        self._counting: Evaluation | None = None

    @property
    def cells(self) -> int:
        book: Ledger | None = self.values.get("ledger")
        if book:
            return len(book.rows) * len(book.columns)
        return 0

    def get[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        """The value of that name in the version of now; counted if it is not there.

        It is kept if the version is still that of the shelf when everything was read,
        the evaluation itself included. What is counted on the way is kept with it.
        """
        with self.lock:
            if self._counting is None:
                self._renew(key)
                if name not in self.values:
                    return self._count(key, name, count)
            elif name not in self.values:
                self.values[name] = count(self._counting)
            value: T = self.values[name]
            return value

    def kept(self, key: uuid.UUID, name: str) -> Any:
        with self.lock:
            if self._counting is None:
                self._renew(key)
            return self.values.get(name)

    def count_ledger(self, evaluation: Evaluation) -> Ledger:
        """The ledger, from that of before as far as it stands; that one is let go, for
        it is as large."""
        before = self.before
        self.before = None
        if before is None or self.version is None:
            return ledger(evaluation, exact=True)
        moved = moved_between(evaluation.pk, before[0], self.version)
        book = moved is not None and ledger_after(before[1], evaluation, moved)
        return book or ledger(evaluation, exact=True).with_sums_of(before[1])

    def _renew(self, key: uuid.UUID) -> None:
        """Forget what was counted of another version than the request has found."""
        known: Version | None = seen_by_request().get(key)
        if not (known and self.version and self.version.holds(known)):
            self._turn_to(key, versions_of([key])[key])

    def _turn_to(self, key: uuid.UUID, now: Version) -> None:
        seen_by_request()[key] = now
        if self.version is None or not self.version.holds(now):
            if self.version and "ledger" in self.values:
                self.before = self.version, self.values["ledger"]
            self.version = now
            self.values = {}

    def _count[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        self._counting = Evaluation.objects.select_related("owner").get(pk=key)
        held = self.version
        values = dict(self.values)
        try:
            value = count(self._counting)
            now = versions_of([key])[key]
            if held and held.holds(now):
                values = {**self.values, name: value}
        finally:
            self._counting = None
            self.values = values
        self._turn_to(key, now)
        return value


_shelves: OrderedDict[uuid.UUID, EvaluationCache] = OrderedDict()
_arranging = threading.Lock()


def cached_for_version[T](evaluation: Evaluation, name: str, count: Count[T]) -> T:
    """What `count` makes of the evaluation as it stands; `name` is what it is of.

    `count` reads nothing that belongs to one person, and nobody changes what it
    returns.
    """
    if not is_only_reading():
        return count(evaluation)
    return _shelf(evaluation.pk).get(evaluation.pk, name, count)


def cached_or_none(evaluation: Evaluation, name: str) -> Any:
    """What is kept of that name of the evaluation as it stands; None if nothing is."""
    if not is_only_reading():
        return None
    return _shelf(evaluation.pk).kept(evaluation.pk, name)


def standing_ledger(evaluation: Evaluation) -> Ledger:
    return cached_for_version(evaluation, "ledger", _exact_ledger)


def _exact_ledger(evaluation: Evaluation) -> Ledger:
    if not is_only_reading():
        return ledger(evaluation, exact=True)
    return _shelf(evaluation.pk).count_ledger(evaluation)


def clear_evaluation_caches() -> None:
    with _arranging:
        _shelves.clear()


def _shelf(key: uuid.UUID) -> EvaluationCache:
    with _arranging:
        shelf = _shelves.setdefault(key, EvaluationCache())
        _shelves.move_to_end(key)
        while len(_shelves) > COUNTED_MOST or (
            len(_shelves) > 1
            and sum(shelf.cells for shelf in _shelves.values()) > MOST_CELLS
        ):
            _shelves.popitem(last=False)
        return shelf
