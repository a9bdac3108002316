"""What became of letters, and whom their words name."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from evaltracker.evaluations.models import Notice
from evaltracker.workflow.models import Letter
from vendors.models import Candidate
from vendors.selectors.askers import names_of, stands_alone

# The name under which `notices` owes them.
LETTER = "decision_letter"


def letter_notices(letters: Iterable[Letter]) -> QuerySet[Notice]:
    """The mails that carry these letters, the first first."""
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(letter.pk) for letter in letters]
    )
    return rows.order_by("created_at")


def rivals_named(letter: Letter, text: str) -> list[str]:
    """Names of other candidates, or of their vendors, that stand in the text.

    What everybody would build or stay with is named after no company.
    """
    own = set(names_of(letter.candidate))
    others = Candidate.objects.filter(
        ~Q(pk=letter.candidate_id),
        evaluation=letter.candidate.evaluation_id,
        kind__in=("buy", "open_source"),
    ).select_related("vendor")
    return [
        name
        for other in others
        for name in names_of(other)
        if name not in own and stands_alone(name, text)
    ]
