"""What the notices of floor 2 are about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.notice_subjects import register_subjects
from stakeholders.models import Condition, Delegation, SignOff
from stakeholders.notices import (
    ConditionDue,
    ConditionGiven,
    ConditionOverdue,
    DelegationGiven,
    SignOffAgainst,
)

if TYPE_CHECKING:
    from collections.abc import Collection

SHOWN = 80


def conditions(ids: Collection[str]) -> dict[str, str]:
    """The first words of each."""
    rows = Condition.objects.filter(pk__in=ids)
    return {
        str(one.pk): one.text if len(one.text) <= SHOWN else f"{one.text[:SHOWN]}…"
        for one in rows
    }


def lendings(ids: Collection[str]) -> dict[str, str]:
    """“Noor for Ivan”."""
    rows = Delegation.objects.filter(pk__in=ids)
    return {
        str(one.pk): f"{one.substitute} for {one.stakeholder.user}"
        for one in rows.select_related("substitute", "stakeholder__user")
    }


def sign_offs(ids: Collection[str]) -> dict[str, str]:
    """Who, and as what."""
    rows = SignOff.objects.filter(pk__in=ids)
    return {
        str(one.pk): f"{one.printed_name}, {one.get_role_display()}" for one in rows
    }


register_subjects(DelegationGiven.name, lendings)
register_subjects(SignOffAgainst.name, sign_offs)
for kind in (ConditionGiven, ConditionDue, ConditionOverdue):
    register_subjects(kind.name, conditions)
