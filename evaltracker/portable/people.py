"""Who the people of a file are here.

The same address is the same person. The same login name is, unless both have addresses
that differ. Everybody else is unknown here and comes in as a login that is stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.functions import Lower

from evaltracker.evaluations.models import User


@dataclass(frozen=True, slots=True)
class Match:
    """One person of a file, and who that is here; `user` is None for nobody."""

    told: dict[str, str]
    user: User | None
    how: str

    @property
    def name(self) -> str:
        """As the file prints them."""
        whole = f"{self.told['first_name']} {self.told['last_name']}".strip()
        return whole or self.told["username"]


def match_people(people: list[dict[str, str]]) -> list[Match]:
    """A match for each, in the order of the file; nobody here is two of them."""
    addresses = [person["email"].lower() for person in people if person["email"]]
    spelt = User.objects.annotate(spelt=Lower("email")).filter(spelt__in=addresses)
    by_address = {user.email.lower(): user for user in spelt}
    names = [person["username"] for person in people]
    by_name: dict[str, User] = {
        user.get_username(): user for user in User.objects.filter(username__in=names)
    }
    taken = {user.pk for user in by_address.values()}
    found = []
    for person in people:
        known = by_address.get(person["email"].lower())
        user = by_name.get(person["username"])
        if known is not None:
            found.append(Match(person, known, "by address"))
        elif user is None or user.pk in taken or differ(user.email, person["email"]):
            found.append(Match(person, None, "unknown here"))
        else:
            found.append(Match(person, user, "by login name"))
    return found


def differ(text: str, other: str) -> bool:
    """Whether two people have addresses, and not the same."""
    return bool(text and other) and text.lower() != other.lower()


def free_names(wanted: Iterable[str]) -> dict[str, str]:
    """A login name that nobody has, for each of these."""
    wanted = list(wanted)
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    found = {}
    for name in wanted:
        number, free = 1, name
        while free.lower() in taken:
            number += 1
            free = f"{name[:140]}-{number}"
        taken.add(free.lower())
        found[name] = free
    return found
