"""A vendor's earlier standing, on its candidate's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaltracker.evaluations.admin.panels import register_panel
from evaltracker.workflow.selectors.earlier import earlier_standing

if TYPE_CHECKING:
    from evaltracker.evaluations.models import User
    from vendors.models import Candidate


def earlier(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What became of it before; nothing for a vendor that is new to the reader."""
    found = earlier_standing(user, candidate)
    return {"rows": found, "vendor": candidate.vendor} if found else None


register_panel("candidate", 10, "workflow/parts/earlier.html", earlier)
