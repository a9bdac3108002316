"""Data for the benchmarks, spread out: lopsided data makes a planner lie."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from evaltracker.evaluations.models import Requirement
from tests.cast import floor1, vendors


@dataclass(frozen=True, slots=True)
class Invitation:
    """A vendor's way in."""

    pk: str
    token: str

    @property
    def home(self) -> str:
        """The address of the invitation."""
        return f"/api/v1/invitations/{self.pk}/"


def many_invitations(number: int, *, asked: int, rivals: int = 4) -> list[Invitation]:
    """So many invitations, `rivals` to an evaluation, each with a vendor of its own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    made: list[Invitation] = []
    while len(made) < number:
        where = floor1.evaluation(title=f"Purchase {len(made)}")
        category = floor1.requirement(where, "R0").category
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
    return made
