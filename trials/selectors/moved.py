"""Whose cells entries of the journal may have moved since a ledger was read."""

import uuid
from collections.abc import Collection

from evaltracker.evaluations.models import Entry
from trials.models import Evidence
from trials.selectors.versions import Version
from vendors.models import Claim

# Of more entries the whole ledger is read.
MOST = 50
# What moves cells of the one candidate that it is about, and nobody else's.
OF_CLAIMS = frozenset({"claim.noted", "claim.submitted", "claim.withdrawn"})
OF_VERDICTS = frozenset({"evidence.recorded", "evidence.reconfirmed"})
# What moves none. Whatever is in none of these may have moved all of them.
OF_NONE = frozenset(
    {
        *("comment.added", "comment.replied", "comment.resolved", "comment.reopened"),
        *("comment.withdrawn", "cost.removed", "cost.set", "file.attached"),
        *("quote.entered", "quote.handed_in", "quote.taken_out", "quote.withdrawn"),
        *("score.changed", "score.given", "score.withdrawn", "scores.locked"),
        *("demo.note_changed", "demo.note_written", "test_invitation.sent"),
        # Runs propose a verdict; nothing moves before a person gives it.
        *("run.left_out", "run.taken_back", "run_token.made", "run_token.revoked"),
        *("quotes.reader_set", "runs.reported"),
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
    found = list(entries.order_by("number").values_list("action", "subject_id"))
    if not {action for action, _ in found} <= OF_CLAIMS | OF_VERDICTS | OF_NONE:
        return None
    claims = _subjects(found, OF_CLAIMS)
    verdicts = _subjects(found, OF_VERDICTS)
    moved = set(Claim.objects.filter(pk__in=claims).values_list("candidate", flat=True))
    if verdicts:
        rows = Evidence.objects.filter(pk__in=verdicts)
        moved.update(rows.values_list("claim__candidate", flat=True))
    return moved


def _subjects(
    found: Collection[tuple[str, str]], actions: Collection[str]
) -> list[str]:
    return [subject for action, subject in found if action in actions]
