"""What the people of “Automated renewals” think of it: their weights and scores.

Two offerors come out close on purpose, so that the memo has something to say about what
would change the choice. All of it is made up.
"""

from collections.abc import Sequence

from evaltracker.evaluations.models import Evaluation
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.services.people import weigh_for_role

TECHNICAL = "Technical Understanding and Approach"
PLANS = "Project Management Approach"
USERS = "Approach to User Interface and User Experience Design"
STAFFING = "Staffing Approach"
EXPERIENCE = "Experience and Qualifications"
VERBAL = "Verbal Presentation"
PRICE = "Contract Cost"
SCORES: dict[str, dict[str, int]] = {
    "Northlight Systems": {
        **{TECHNICAL: 5, PLANS: 4, USERS: 2, STAFFING: 3},
        **{EXPERIENCE: 4, VERBAL: 4, PRICE: 5},
    },
    "Kodiak Software": {
        **{TECHNICAL: 4, PLANS: 3, USERS: 5, STAFFING: 4},
        **{EXPERIENCE: 4, VERBAL: 4, PRICE: 4},
    },
    "Inside Passage Labs": {
        **{TECHNICAL: 3, PLANS: 3, USERS: 2, STAFFING: 3},
        **{EXPERIENCE: 3, VERBAL: 2, PRICE: 3},
    },
}
# Where a role weighs otherwise than the evaluation.
LEANS: dict[Role, dict[str, int]] = {
    Role.IT: {TECHNICAL: 8},
    Role.ENGINEERING: {TECHNICAL: 9, STAFFING: 6},
    Role.DEVOPS: {TECHNICAL: 10, PLANS: 4},
    Role.PM: {USERS: 9, TECHNICAL: 3},
    Role.LEADERSHIP: {PRICE: 10, PLANS: 5},
}


def say_weights(evaluation: Evaluation, parts: Sequence[Stakeholder]) -> None:
    """Each role says what weighs for it, before any vendor is seen."""
    for part in parts:
        role = Role(part.role)
        for category in evaluation.categories.all():
            weigh_for_role(
                evaluation=evaluation,
                category=category,
                role=role,
                weight=LEANS[role].get(category.name, category.weight or 0),
                by=part.user,
            )
