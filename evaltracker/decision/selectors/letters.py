"""Mails of letters, and rivals that a letter names."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from evaltracker.decision.models import Letter
from evaltracker.evaluations.models import Notice
from vendors.models import Candidate
from vendors.selectors.dialogue import names_of, stands_alone

# The name under which `notices` owes them.
LETTER = "decision_letter"


def letter_notices(letters: Iterable[Letter]) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(letter.pk) for letter in letters]
    )
    return rows.order_by("created_at")


def rivals_named(candidate: Candidate, text: str) -> list[str]:
    """Names of other candidates, or of their vendors, that stand in the text. What
    everybody would build or stay with is named after no company."""
    own_names = set(names_of(candidate))
    others = Candidate.objects.filter(
        ~Q(pk=candidate.pk),
        evaluation=candidate.evaluation_id,
        kind__in=("buy", "open_source"),
    ).select_related("vendor")
    return [
        name
        for other in others
        for name in names_of(other)
        if name not in own_names and stands_alone(name, text)
    ]
