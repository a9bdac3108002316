"""On a candidate's page, for its owner: how far its vendor has got."""

from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.panels import register_panel
from vendors.admin.invitation_rows import newest_letters
from vendors.models import Candidate, Submission
from vendors.selectors.mailed_sheets import sheets_of
from vendors.selectors.sign_in import visits_of


def vendors_side(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What the owner sees of it; nothing of what is typed and not handed in."""
    if candidate.vendor is None or not is_owner(user, candidate.evaluation):
        return None
    where = candidate.evaluation
    return {
        "candidate": candidate,
        "in_research": where.is_open and where.stage == Stage.RESEARCH,
        "letters": newest_letters(candidate).get(candidate.pk, []),
        "visits": visits_of([candidate]).get(candidate.pk),
        "sheets": sheets_of(candidate),
        "receipt": Submission.objects.filter(candidate=candidate).last(),
    }


register_panel("candidate", 5, "vendors/parts/vendor_panel.html", vendors_side)
