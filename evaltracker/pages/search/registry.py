"""What is searched: each floor adds its own kinds of things, scoped to the reader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Reader:
    """Who searches, and from which evaluation, if from one."""

    user: User
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """One kind of thing: which rows a reader may see, and how one is shown.

    `rows` begins with `visible_to(reader.user)`: what the reader may not see is not
    found. All words have to stand in `columns`; `closest` is the column that people
    know a row by, so a row in which it begins with the query comes first.
    """

    kind: str
    title: str
    order: int
    icon: str
    rows: Callable[[Reader], models.QuerySet[Any]]
    columns: tuple[str, ...]
    closest: str
    label: Callable[[Any], str]
    address: Callable[[Any], str]
    beneath: Callable[[Any], str]
    # The path from a row to its evaluation: those of the one at hand come first.
    evaluation_path: str = ""
    # Whether acts on such a row are found by their verb and its name.
    has_acts: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its name, where it stands, and a line about it."""

    label: str
    address: str
    beneath: str = ""


# By kind; each floor adds its own from the modules that its hooks name.
SEARCHES: Registry[str, Search] = Registry("search")


def register_search(search: Search) -> Search:
    """Let rows of that kind be found."""
    return SEARCHES.register(search.kind, search)


register_search(
    Search(
        kind="evaluations",
        title="Evaluations",
        order=20,
        icon="balance",
        rows=lambda reader: Evaluation.objects.visible_to(reader.user),
        columns=("title", "buyer"),
        closest="title",
        label=str,
        address=lambda row: reverse("admin:evaluation_overview", args=[row.slug]),
        beneath=lambda row: (
            f"{row.get_stage_display() if row.is_open else row.get_status_display()}"
            f" · {row.buyer}"
        ),
        evaluation_path="pk",
        has_acts=True,
    )
)
