"""The demo's purchases, which several walks and tables of rights begin with."""

from evaltracker.demo.people import LOGINS, make_people
from evaltracker.demo.purchases import SLUGS, load
from evaltracker.evaluations.models import User


def purchases() -> None:
    """Everybody of the demo and all its purchases; most of what loading it takes."""
    people = make_people()
    for slug in SLUGS:
        load(slug, people)


def everybody() -> dict[str, User]:
    """Those people, once they are there."""
    names = [login.username for login in LOGINS]
    found = {user.username: user for user in User.objects.filter(username__in=names)}
    return {name: found[name] for name in names}
