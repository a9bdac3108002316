"""Ivan (IT), Elif (Engineering), Dana (DevOps), Priya (PM) and Viktor (Leadership)."""

from evaltracker.evaluations.models import Evaluation, User
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder, set_sign_off_rule
from tests.factories.common import person
from tests.fixture_cache import built_once

PEOPLE = {
    "it": "ivan",
    "engineering": "elif",
    "devops": "dana",
    "pm": "priya",
    "leadership": "viktor",
}
SIGNING = ("it", "devops", "pm", "leadership")


def holder(role: str) -> User:
    """The person who holds `role` in the cast's evaluations."""
    return person(PEOPLE[role])


@built_once
def stakeholders(
    where: Evaluation, *roles: str, scores: bool = False
) -> dict[str, Stakeholder]:
    """The cast's people with a part in `where`; all five without `roles`."""
    return {
        role: add_stakeholder(
            evaluation=where,
            user=holder(role),
            role=role,
            scores=scores,
            by=where.owner,
        )
        for role in roles or PEOPLE
    }


@built_once
def sign_off_rules(
    where: Evaluation, stage: str = "requirements", roles: tuple[str, ...] = SIGNING
) -> None:
    """One approval of each role before `stage` is left."""
    for role in roles:
        set_sign_off_rule(
            evaluation=where, stage=stage, role=role, required=1, by=where.owner
        )
