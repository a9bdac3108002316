"""What the notices of floor 2 are about, in words."""

from collections.abc import Collection

from evaltracker.notices.admin.notice_subjects import register_subjects
from stakeholders.models import Condition, Delegation, SignOff
from stakeholders.notices import (
    ConditionDue,
    ConditionGiven,
    ConditionOverdue,
    DelegationGiven,
    SignOffAgainst,
)

SHOWN = 80


def conditions(ids: Collection[str]) -> dict[str, str]:
    """The first words of each."""
    rows = Condition.objects.filter(pk__in=ids)
    return {
        str(row.pk): row.text if len(row.text) <= SHOWN else f"{row.text[:SHOWN]}…"
        for row in rows
    }


def lendings(ids: Collection[str]) -> dict[str, str]:
    """“Noor for Ivan”."""
    rows = Delegation.objects.filter(pk__in=ids)
    return {
        str(row.pk): f"{row.substitute} for {row.stakeholder.user}"
        for row in rows.select_related("substitute", "stakeholder__user")
    }


def sign_offs(ids: Collection[str]) -> dict[str, str]:
    """Who, and as what."""
    rows = SignOff.objects.filter(pk__in=ids)
    return {
        str(row.pk): f"{row.printed_name}, {row.get_role_display()}" for row in rows
    }


register_subjects(DelegationGiven.name, lendings)
register_subjects(SignOffAgainst.name, sign_offs)
for kind in (ConditionGiven, ConditionDue, ConditionOverdue):
    register_subjects(kind.name, conditions)
