"""Calling a grid as its page's script does."""

from typing import Any

from django.db import models

from evaltracker.evaluations.models import User
from evaltracker.pages.grid import grid_address
from tests.clients import signed_in


def send(user: User, name: str, subject: models.Model, **body: Any) -> Any:
    """POST one thing to a grid; the answer with its JSON as `json()`."""
    address, body = address_and_body(name, subject, **body)
    return signed_in(user).post(address, body, content_type="application/json")


def address_and_body(
    name: str, subject: models.Model, **body: Any
) -> tuple[str, dict[str, Any]]:
    """What is posted to a grid, and where."""
    return grid_address(name, subject), body


def read(user: User, name: str, subject: models.Model, query: str = "") -> Any:
    """Columns and rows as that person gets them."""
    return signed_in(user).get(f"{grid_address(name, subject)}{query}").json()


def cell(row: models.Model, column: str, seen: Any, typed: Any) -> dict[str, Any]:
    """One change of a cell."""
    return {"row": str(row.pk), "column": column, "from": seen, "to": typed}
