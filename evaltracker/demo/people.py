"""The people of the demo, who all have one password that everybody can read."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Permission

from evaltracker.accounts.services import RIGHTS
from evaltracker.evaluations.models import User
from stakeholders.services.roles import give_roles

# Known to everybody who reads this file, so `load_demo` runs in the demo only.
PASSWORD = "evaltracker-demo"  # noqa: S105
LEAD = "lead"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    first_name: str
    last_name: str
    what: str
    role: str = ""
    zone: str = "Europe/Berlin"


LOGINS = tuple(
    Login(*row)
    for row in json.loads((Path(__file__).parent / "data/people.json").read_text())
)


def make_people() -> dict[str, User]:
    people = {login.username: make_person(login) for login in LOGINS}
    rights = Permission.objects.filter(
        content_type__app_label="evaluations", codename__in=RIGHTS
    )
    people[LEAD].user_permissions.add(*rights)
    for login in LOGINS:
        if login.role:
            give_roles(
                person=people[login.username], roles=[login.role], by=people[OPERATOR]
            )
    # Read again: a user keeps the rights that were asked for once.
    people[LEAD] = User.objects.get(pk=people[LEAD].pk)
    return people


def make_person(login: Login) -> User:
    user: User | None = User.objects.filter(username=login.username).first()
    if user is not None:
        return user
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
