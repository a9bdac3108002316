"""The requirements of an evaluation, by category, with filters and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.models import Category, Evaluation, Requirement
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.paging import page_number
from evaltracker.pages.panels import panels_of
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.requirements.services.requirements import WRITABLE_STAGES

PER_PAGE = 200
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader filters by; blank is no filter."""

    priority: str = ""
    category: str = ""
    text: str = ""
    retired: bool = False

    @property
    def query(self) -> str:
        """As it stands in the address, without the page."""
        fields = {
            "priority": self.priority,
            "category": self.category,
            "q": self.text,
            "retired": "1" if self.retired else "",
        }
        return urlencode({name: value for name, value in fields.items() if value})


def read_filters(query: QueryDict, categories: Sequence[Category]) -> Asked:
    """The filters of the address.

    Raises:
        Invalid: a priority or category that is not offered, or too long a text.

    """
    priority = query.get("priority", "")
    category = query.get("category", "")
    text = query.get("q", "").strip()
    if priority and priority not in Priority.values:
        raise Invalid("There is no such priority.")
    if category and category not in {str(category.pk) for category in categories}:
        raise Invalid("There is no such category in this evaluation.")
    if len(text) > LONGEST_SEARCH or "\x00" in text:
        raise Invalid(f"Search for at most {LONGEST_SEARCH} characters of text.")
    return Asked(priority, category, text, bool(query.get("retired")))


def listed_requirements(
    rows: QuerySet[Requirement], asked: Asked
) -> QuerySet[Requirement]:
    """Those that pass the filters, in the order of the list."""
    rows = rows.filter(retired_at__isnull=not asked.retired)
    rows = rows.select_related("category", "metric").prefetch_related("demands__scope")
    if asked.priority:
        rows = rows.filter(priority=asked.priority)
    if asked.category:
        rows = rows.filter(category__pk=asked.category)
    for word in asked.text.split()[:20]:
        rows = rows.filter(Q(text__icontains=word) | Q(ref__icontains=word))
    return rows.order_by("category__position", "category__name", "position", "ref")


@evaluation_page("requirements", "Requirements", order=20, group="Need")
def requirements(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """What is needed, grouped by category, with each category's weight."""
    user: Any = request.user
    live = Q(requirements__retired_at__isnull=True)
    categories = list(
        evaluation.categories.annotate(size=Count("requirements", filter=live))
    )
    asked = read_filters(request.GET, categories)
    rows = Requirement.objects.filter(evaluation=evaluation)
    pages = Paginator(listed_requirements(rows, asked), PER_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    owner = is_owner(user, evaluation) and evaluation.is_open
    counts = evaluation.requirements.filter(retired_at__isnull=True).aggregate(
        all=Count("pk"), musts=Count("pk", filter=Q(priority=Priority.MUST))
    )
    groups = [
        (category, list(rows))
        for category, rows in groupby(
            page, key=lambda requirement: requirement.category
        )
    ]
    filled = {category.pk for category, _ in groups}
    empty = [it for it in categories if not it.size and it.pk not in filled]
    return show(
        request,
        evaluation,
        "evaluations/requirements.html",
        title="Requirements",
        tab="requirements",
        groups=groups,
        empty_categories=[it for it in empty if not asked.query],
        categories=categories,
        priorities=Priority.choices,
        asked=asked,
        page=page,
        counts=counts,
        has_grid=owner and not asked.retired,
        may_write=owner and evaluation.stage in WRITABLE_STAGES,
        may_change=owner,
        may_weigh=owner and evaluation.stage == Stage.REQUIREMENTS,
        panels=panels_of("requirements", evaluation, user),
    )
