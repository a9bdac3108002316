"""The bell in the head of every page; a higher floor says how much is new."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.kit.registry import Registry
from evaltracker.pages.lately import counted_lately

# Of the reader: how much is new. One function, under the name of its page.
BELL: Registry[str, Callable[[User], int]] = Registry("bell")
# So many new things are too many to be told apart.
MANY = 100


def bells_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Where what is new stands, and its number as it is written."""
    user: Any = request.user
    return [
        {
            "address": reverse(f"admin:{name}"),
            "number": (number := counted_lately(request, name, partial(count, user))),
            "shown": number if number < MANY else f"{MANY - 1}+",
        }
        for name, count in BELL.items()
    ]
