"""Signing in as a browser does, at processes of the product."""

from argon2 import PasswordHasher

from evaltracker.evaluations.models import User
from tests.accounts.factors import give_app
from tests.factories import common
from tests.visitor import Visitor as Visitor

# Quick: what is slow about a password is no part of these tests.
HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def person(name: str) -> tuple[User, str]:
    """Somebody with a password that production understands, and an app's secret."""
    user = common.person(name)
    user.password = f"argon2{HASHER.hash(common.PASSWORD)}"
    user.save()
    return user, give_app(user)
