"""Data for the benchmarks, spread out: lopsided data makes a planner lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from bench.harness import get, post
from evaltracker.evaluations.models import Requirement, User
from tests.factories import common, vendors


@dataclass(frozen=True, slots=True)
class Invitation:
    """A vendor's way in."""

    pk: str
    token: str

    @property
    def home(self) -> str:
        """The address of the invitation."""
        return f"/api/v1/invitations/{self.pk}/"

    def post(self, below: str, body: Any, **headers: str) -> bytes:
        """A POST below its address with its token."""
        return self._sent(post, below, body, **headers)

    def get(self, below: str) -> bytes:
        """A GET below its address with its token."""
        return self._sent(get, below)

    def _sent(
        self, how: Callable[..., bytes], below: str, *rest: Any, **headers: str
    ) -> bytes:
        return how(
            self.home + below, *rest, Authorization=f"Bearer {self.token}", **headers
        )


def many_invitations(
    number: int, *, asked: int, rivals: int = 4, owners: Sequence[User] = ()
) -> list[Invitation]:
    """So many invitations, `rivals` to an evaluation, each with a vendor of its own;
    an evaluation for each of the owners, if there are any."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    made: list[Invitation] = []
    while len(made) < number:
        owner = owners[len(made) // rivals] if owners else None
        where = common.evaluation(title=f"Purchase {len(made)}", owner=owner)
        category = common.requirement(where, "R0").category
        Requirement.objects.bulk_create(
            Requirement(
                evaluation=where,
                category=category,
                ref=f"R{at}",
                position=at,
                text=f"What is asked as number {at}.",
                priority="should",
                weight=5,
            )
            for at in range(1, asked)
        )
        vendors.in_research(where)
        for _ in range(min(rivals, number - len(made))):
            name = f"Vendor{len(made)}"
            candidate = vendors.invited(where, f"{name} ML")
            assert candidate.vendor is not None
            token = vendors.token(candidate.vendor)
            made.append(Invitation(str(candidate.pk), token))
    settle()
    return made


def settle() -> None:
    """Let the planner know what is there, as autovacuum does in production."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
