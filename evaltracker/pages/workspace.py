"""The pages of one evaluation: found, named and headed alike on every floor."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.addresses import place_of
from evaltracker.pages.site import site
from evaltracker.pages.tabs import Visible, register_tab

EvaluationView = Callable[[HttpRequest, Evaluation], HttpResponse]


def find_evaluation(user: User, slug: str) -> Evaluation:
    """The evaluation, if `user` may see it.

    Raises:
        NotFound: it is not there, or not there for them.

    """
    seen = Evaluation.objects.visible_to(user).select_related("owner")
    evaluation: Evaluation | None = seen.filter(slug=slug).first()
    if evaluation is None:
        raise NotFound
    return evaluation


def evaluation_page(
    name: str,
    label: str,
    *,
    order: int | None = None,
    group: str = "",
    route: str | None = None,
    methods: tuple[str, ...] = ("GET", "HEAD"),
    visible: Visible | None = None,
) -> Callable[[EvaluationView], EvaluationView]:
    """Serve a view of one evaluation at `/admin/e/<slug>/<name>/`.

    Its address is `admin:evaluation_<name>`; with `order` it gets a place in `group`
    (`tabs.GROUPS`). `route` replaces the last part of the path.
    """
    tail = f"{name}/" if route is None else route

    def register(view: EvaluationView) -> EvaluationView:
        @wraps(view)
        def found(request: HttpRequest, slug: str) -> HttpResponse:
            user: Any = request.user
            evaluation = find_evaluation(user, slug)
            if request.method not in methods:
                return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
            return view(request, evaluation)

        site.register_page(f"e/<slug:slug>/{tail}", found, f"evaluation_{name}")
        if order is not None:
            address = f"evaluation_{name}"
            register_tab(order, name, label, address, group=group, visible=visible)
        return view

    return register


def page_address(evaluation: Evaluation, name: str, anchor: str = "") -> str:
    """Where a page of the evaluation stands."""
    place = place_of(f"admin:evaluation_{name}", evaluation.slug)
    return f"{place}#{anchor}" if anchor else place


def crumbs_to(evaluation: Evaluation, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    """The way here: the evaluation, then `steps` as label and page name."""
    way = [(str(evaluation), page_address(evaluation, "overview"))]
    return way + [
        (label, page_address(evaluation, name) if name else "") for label, name in steps
    ]


def show(
    request: HttpRequest,
    evaluation: Evaluation,
    template: str,
    *,
    title: str,
    tab: str,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """A page of the evaluation, with its tabs and the way back."""
    context.setdefault("crumbs", crumbs_to(evaluation, (title, "")))
    return site.page(
        request,
        template,
        title=title,
        status=status,
        evaluation=evaluation,
        tab=tab,
        **context,
    )
