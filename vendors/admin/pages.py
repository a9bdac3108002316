"""What the views of vendors and trials share."""

from typing import Any

from django.http import HttpRequest

from evaltracker.evaluations.models import User


def reader(request: HttpRequest) -> User:
    """The person who is logged in; the site lets nobody else in."""
    user: Any = request.user
    found: User = user
    return found
