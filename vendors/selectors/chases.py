"""How often vendors were reminded of what is unanswered, and whether they may be."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from evaltracker.evaluations.models import Evaluation, Notice
from vendors.models import Candidate, Contact
from vendors.selectors.own import vendors_words
from vendors.selectors.waiting import Waiting, waiting_for

KIND = "not_answered"
# Nobody is reminded more often, nor more than so many times without a sign of life.
GAP = datetime.timedelta(days=3)
MOST = 3


@dataclass(frozen=True, slots=True)
class Chase:
    """What waits on a candidate's vendor, and how it was reminded of that."""

    waiting: Waiting
    contacts: int
    # When, since its last own claim, the newest last.
    reminded: tuple[datetime.datetime, ...]
    last_at: datetime.datetime | None

    @property
    def candidate(self) -> Candidate:
        """Whose vendor it is."""
        return self.waiting.candidate

    def why_not(self, now: datetime.datetime) -> str:
        """Empty if the vendor may be reminded at that instant, else why not."""
        vendor = self.candidate.vendor
        if self.waiting.is_done:
            return f"{vendor} has answered everything."
        if not self.contacts:
            return f"{vendor} has no contact to write to; add one first."
        if len(self.reminded) >= MOST:
            return (
                f"{vendor} was reminded {MOST} times without an answer; a mail more "
                "will not help. Call it."
            )
        if self.last_at is not None and now < self.last_at + GAP:
            return f"{vendor} was reminded less than {GAP.days} days ago; give it time."
        return ""


def chases(evaluation: Evaluation, candidates: Sequence[Candidate]) -> list[Chase]:
    """Each of these candidates of one evaluation, in six queries."""
    keys = [candidate.pk for candidate in candidates]
    told: dict[str, dict[str, datetime.datetime]] = {}
    notices = Notice.objects.filter(kind=KIND, subject_id__in=map(str, keys))
    for key, occurrence, at in notices.values_list(
        "subject_id", "occurrence", "created_at"
    ):
        # One reminder is a mail to each contact.
        told.setdefault(key, {})[occurrence] = at
    spoke = dict(
        vendors_words()
        .filter(candidate__in=keys)
        .order_by()
        .values("candidate_id")
        .annotate(last=Max("submitted_at"))
        .values_list("candidate_id", "last")
    )
    people = Counter(
        Contact.objects.current()
        .filter(vendor__in={candidate.vendor_id for candidate in candidates})
        .values_list("vendor_id", flat=True)
    )
    found = []
    for waiting in waiting_for(evaluation, candidates):
        one = waiting.candidate
        moments = sorted(told.get(str(one.pk), {}).values())
        since = spoke.get(one.pk)
        found.append(
            Chase(
                waiting=waiting,
                contacts=people[one.vendor_id] if one.vendor_id else 0,
                reminded=tuple(
                    each for each in moments if since is None or each > since
                ),
                last_at=moments[-1] if moments else None,
            )
        )
    return found
