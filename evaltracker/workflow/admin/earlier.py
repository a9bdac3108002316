"""A vendor's earlier standing, on its candidate's page."""

from typing import Any

from evaltracker.evaluations.models import User
from evaltracker.pages.panels import register_panel
from evaltracker.workflow.selectors.earlier import earlier_standing
from vendors.models import Candidate


def earlier(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What became of it before; nothing for a vendor that is new to the reader."""
    found = earlier_standing(user, candidate)
    return {"rows": found, "vendor": candidate.vendor} if found else None


register_panel("candidate", 10, "workflow/parts/earlier.html", earlier)
