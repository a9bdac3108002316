"""The people of the demo, one login per role."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission

from evaltracker.accounts.services.people import RIGHTS
from evaltracker.evaluations.models import Evaluation, User
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder
from stakeholders.services.roles import give_roles
from stakeholders.services.rules import set_sign_off_rule

# Known to everybody who reads this file, so `load_demo` runs in the demo only.
PASSWORD = "evaltracker-demo"  # noqa: S105
LEAD = "lead"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Login:
    """One person of the demo."""

    username: str
    first_name: str
    last_name: str
    what: str
    role: Role | None = None
    zone: str = "Europe/Berlin"


LOGINS = (
    Login(LEAD, "Lina", "Ortega", "procurement lead, owns the evaluations"),
    Login("it", "Ivan", "Petrov", "signs for IT", Role.IT),
    Login("engineering", "Elif", "Kaya", "Engineering, scores", Role.ENGINEERING),
    Login("devops", "Dana", "Weiss", "signs for DevOps, scores", Role.DEVOPS),
    Login("pm", "Priya", "Nair", "signs for PM, scores", Role.PM, "Asia/Kolkata"),
    Login(
        "leadership",
        "Viktor",
        "Lund",
        "signs for Leadership",
        Role.LEADERSHIP,
        "America/New_York",
    ),
    Login(OPERATOR, "Otto", "Berg", "operates the server, has no part in any"),
)
SCORING = (Role.ENGINEERING, Role.DEVOPS, Role.PM)
SIGNING = (Role.IT, Role.DEVOPS, Role.PM, Role.LEADERSHIP)
SIGNED_STAGES = ("requirements", "trials", "decision")


def make_people() -> dict[str, User]:
    """Everybody of the demo by login name; those who exist stay as they are."""
    people = {login.username: make_person(login) for login in LOGINS}
    rights = Permission.objects.filter(
        content_type__app_label="evaluations", codename__in=RIGHTS
    )
    people[LEAD].user_permissions.add(*rights)
    for login in LOGINS:
        if login.role is not None:
            give_roles(
                person=people[login.username], roles=[login.role], by=people[OPERATOR]
            )
    # Read again: a user keeps the rights that were asked for once.
    people[LEAD] = User.objects.get(pk=people[LEAD].pk)
    return people


def make_person(login: Login) -> User:
    """One person who can sign in with PASSWORD."""
    found: User | None = User.objects.filter(username=login.username).first()
    if found is not None:
        return found
    made: User = User.objects.create_user(
        username=login.username,
        password=PASSWORD,
        email=f"{login.username}@example.com",
        first_name=login.first_name,
        last_name=login.last_name,
        time_zone=login.zone,
        is_staff=True,
        is_superuser=login.username == OPERATOR,
    )
    return made


def give_parts(
    evaluation: Evaluation,
    people: dict[str, User],
    scoring: tuple[Role, ...] = SCORING,
) -> list[Stakeholder]:
    """Give the five roles their part, and ask those who sign."""
    lead = evaluation.owner
    parts = [
        add_stakeholder(
            evaluation=evaluation,
            user=people[login.username],
            role=login.role,
            scores=login.role in scoring,
            by=lead,
        )
        for login in LOGINS
        if login.role is not None
    ]
    for stage in SIGNED_STAGES:
        for role in SIGNING:
            set_sign_off_rule(
                evaluation=evaluation, stage=stage, role=role, required=1, by=lead
            )
    return parts
