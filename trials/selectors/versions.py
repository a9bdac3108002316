"""Which version of an evaluation something was counted of.

What may change between two readings, journalled or not, is listed in
docs/developers/architecture.md, *What moves what is counted*; it is all in a version.
"""

import datetime
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.utils import timezone

from evaltracker.evaluations.models import JournalHead
from evaltracker.kit.clock import instant_of, today_in
from evaltracker.pages.etag import code_version
from stakeholders.models import Stakeholder
from trials.models import Gap
from trials.scoring import FORMULA_VERSION
from trials.selectors.findings import awaiting_reply
from vendors.models import Candidate

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
        """Whether what was counted of this version is right of the version of now."""
        return self.digest == now.digest and timezone.now() < self.valid_until

    def differs_in_entries_from(self, now: "Version") -> bool:
        """Whether between this version and that of now there are entries, and no other
        difference."""
        same = self.besides == now.besides and timezone.now() < self.valid_until
        return same and self.entries < now.entries


def versions_of(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Version]:
    """The versions of evaluations by their keys, in four queries for all."""
    people, companies, replies = _people(keys), _companies(keys), _replies(keys)
    found = {}
    for key, head, entries, zone, closing, *owner in _heads(keys):
        tomorrow = instant_of(today_in(zone) + DAY, datetime.time(), zone)
        moments = [tomorrow, closing, replies.get(key)]
        besides = _digest(
            code_version(), FORMULA_VERSION, owner, people[key], companies[key]
        )
        now = timezone.now()
        found[key] = Version(
            digest=_digest(head, besides),
            valid_until=min(moment for moment in moments if moment and moment > now),
            entries=entries,
            besides=besides,
        )
    return found


def _digest(*counts: Any) -> str:
    text = json.dumps(counts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _heads(keys: Collection[uuid.UUID]) -> Any:
    owner = [f"evaluation__owner__{name}" for name in PERSON]
    heads = JournalHead.objects.filter(evaluation__in=keys)
    return heads.values_list("evaluation", *HEAD, *owner)


def _people(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """Everybody who has or had a part: their names, places, and whether active."""
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    parts = Stakeholder.objects.filter(evaluation__in=keys).order_by("pk")
    for key, *person in parts.values_list(
        "evaluation", *(f"user__{name}" for name in PERSON)
    ):
        found[key].append(person)
    return found


def _companies(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """The vendors' names; an evaluation that has ended gets no entry of a new one."""
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    rows = Candidate.objects.filter(evaluation__in=keys, vendor__isnull=False)
    for key, *company in rows.order_by("pk").values_list(
        "evaluation", "vendor", "vendor__name"
    ):
        found[key].append(company)
    return found


def _replies(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """When the next vendor's time to reply is over; then more verdicts count."""
    gaps = Gap.objects.filter(awaiting_reply(), trial__candidate__evaluation__in=keys)
    rows = gaps.order_by().values_list("trial__candidate__evaluation")
    return dict(rows.annotate(next=Min("reply_until")))
