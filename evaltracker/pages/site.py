"""The one admin site of the product: staff only, no list of everything, no leaks."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.views import login as login_page
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.db import models, transaction
from django.db.models import Model
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, URLResolver, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from evaltracker.errors import Forbidden, Invalid, NotFound, Problem
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import may_audit
from evaltracker.pages.acts import Act
from evaltracker.pages.tabs import note_act
from evaltracker.toolbox.registry import Registry, only_reading

# Acts that a page performs without leaving it: what is answered, as JSON.
#
# A script posts an act's form with `Accept: application/json` to the act's own address.
# Right, service and journal are the same; only the answer is not a page. A form in a
# dialog says `X-Dialog`: it is answered with its page until it is done.

NOTHING_SAVED = "Nothing was saved. Fix the fields marked below."


def is_in_place(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    return request.method == "POST" and accepts == "application/json"


def is_in_dialog(request: HttpRequest) -> bool:
    return request.headers.get("X-Dialog") == "yes"


def frame_of(request: HttpRequest) -> str:
    """What is around a page: for a script nothing, or only what else it shows anew."""
    if is_in_dialog(request):
        return "evaltracker/over.html"
    if "X-Parts" in request.headers:
        return "evaltracker/parts.html"
    return ""


def answer_done(text: str, onwards: HttpResponse, **more: Any) -> HttpResponse:
    if hasattr(text, "__html__"):  # a link is in it
        more["html"] = True
    page = onwards.headers.get("Location", "")
    return JsonResponse({"said": text, "page": page, **more})


def answer_refused(
    act: Act[Any], form: Any, problem: Problem | None, status: int
) -> HttpResponse:
    """Why not: sentences by field, the refusal, and the version that stands now."""
    errors = {field: list(sentences) for field, sentences in form.errors.items()}
    sentence = problem.sentence if problem else ""
    sentence = sentence or " ".join(errors.pop("__all__", [])) or NOTHING_SAVED
    versions = {
        name: form.data[name] for name in act.version_fields if name in form.data
    }
    answer = {
        "sentence": act.say(sentence),
        "errors": errors,
        "difference": getattr(problem, "difference", ""),
        "versions": versions if status == HTTPStatus.CONFLICT else {},
    }
    return JsonResponse(answer, status=status)


# The sidebar outside an evaluation, as settings.UNFOLD lays it out.
#
# The order names models of every floor, so it is configuration, not an import.

START = "index"
AUDITORS = "auditors"


def groups_for(site: AdminSite, request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the items that this person may open.

    A group is open where one of its lists is read; what is for auditors is left out for
    everybody else.
    """
    user: Any = request.user
    groups = []
    for group in settings.UNFOLD["SIDEBAR"]["main"]:
        if group.get("for") == AUDITORS and not may_audit(user):
            continue
        entries = [_entry(site, request, *item) for item in group["items"]]
        items = [entry for entry in entries if entry]
        is_open = any(entry["active"] for entry in items)
        groups.append({"title": group["title"], "open": is_open, "items": items})
    return groups


def may_open_list(user: Any, model: type[Model]) -> bool:
    """Whether the list of all rows of `model` is for this person.

    Those that the sidebar shows to everybody are; the others are for operators and
    auditors, and everybody else reads their rows on the pages of an evaluation.
    """
    common = {
        target.lower()
        for group in settings.UNFOLD["SIDEBAR"]["main"]
        if group.get("for") != AUDITORS
        for _, target, _ in group["items"]
    }
    return model._meta.label_lower in common or may_audit(user)


def _entry(
    site: AdminSite, request: HttpRequest, title: str, target: str, icon: str
) -> dict[str, Any] | None:
    """One line of the sidebar, or None if the person may not open it."""
    if target == START:
        link = reverse(f"{site.name}:index")
        active = request.path == link
    else:
        try:
            admin = site._registry.get(apps.get_model(target))
        except LookupError:
            return None
        if admin is None or not admin.has_module_permission(request):
            return None
        meta = admin.model._meta
        link = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_changelist")
        active = request.path.startswith(link)
    return {"title": title, "link": link, "icon": icon, "active": active}


# Of the reader and the row that the page is about (an evaluation, a candidate, a cell):
# returns what the template reads as `panel`, or None to stay away.
Fill = Callable[["User", Any], dict[str, Any] | None]


# By page and place on it.
_PANELS: Registry[tuple[str, int], tuple[str, Fill]] = Registry("panel")


def register_panel(page: str, order: int, template: str, fill: Fill) -> None:
    """Show `template` on `page`, in that place, with what `fill` returns."""
    _PANELS.register((page, order), (template, fill))


def panels_of(page: str, about: Any, user: User) -> list[dict[str, Any]]:
    return [
        {"template": template, "context": context}
        for (name, _), (template, fill) in sorted(_PANELS.items())
        if name == page and (context := fill(user, about)) is not None
    ]


View = Callable[..., HttpResponse]

# Django's redirect by content type and key tells which rows exist.
# Unfold's search knows menu entries only; ours is a page.
DROPPED_URLS = frozenset({"view_on_site", "password_change_done", "search"})


# Of the frame's context, what is asked for each request. The rest our settings fix.
OF_REQUEST = (
    *("has_permission", "available_apps", "is_popup", "is_nav_sidebar_enabled"),
    *("log_entries", "sidebar_navigation", "styles", "scripts", "site_favicons"),
)
# Where an act that a page shows over itself is led before it goes on.
DETOUR = "X-Detour"


class Detour(Exception):
    """Something has to be answered first, on the page at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def _whole(request: HttpRequest, view: View, *args: Any, **kwargs: Any) -> HttpResponse:
    """Call a view so that what it refuses half-way leaves nothing behind."""
    if request.method in {"GET", "HEAD"}:
        with only_reading():
            answer = view(request, *args, **kwargs)
            # Its template reads, too, and sees what the view has seen.
            if isinstance(answer, TemplateResponse):
                return answer.render()
            return answer
    with transaction.atomic():
        return view(request, *args, **kwargs)


class EvaltrackerAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    site_url = None
    index_title = "My work"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # No action runs on many rows unless an admin declares it with permissions.
        self._actions: dict[str, Any] = {}
        self._global_actions: dict[str, Any] = {}
        self._pages: dict[str, tuple[str, View]] = {}
        self._fixed: dict[str, Any] | None = None

    def register_page(self, route: str, view: View, name: str) -> None:
        """Serve `view` at /admin/`route` as `admin:name`, for active staff only."""
        if name in self._pages or any(route == old for old, _ in self._pages.values()):
            raise ImproperlyConfigured(f"The page {name!r} or {route!r} is taken.")
        self._pages[name] = (route, view)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """The lists of one app; of all there is none, since our menus say what there
        is, and asking for every right of every table would cost each page a tenth."""
        return super().get_app_list(request, app_label) if app_label else []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame of a page shows: rights and menu are this reader's, titles and
        colours as the first page of the process made them."""
        if self._fixed is None:
            whole = super().each_context(request)
            colors = render_to_string("evaltracker/parts/colors.html", whole)
            fixed = {key: whole[key] for key in whole.keys() - OF_REQUEST}
            self._fixed = {**fixed, "colors": None, "colors_as_css": colors}
        context = AdminSite.each_context(self, request)
        if context["has_permission"]:
            menu = self.get_sidebar_list(request)
        else:
            menu = []
        return {
            **context,
            **self._fixed,
            "styles": self._get_list("STYLES", request),
            "scripts": self._get_list("SCRIPTS", request),
            "site_favicons": self._get_favicons("SITE_FAVICONS", request),
            "sidebar_navigation": menu,
            "frame": frame_of(request),
        }

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages first, then Django's and unfold's without the leaking one."""
        pages: list[URLPattern | URLResolver] = [
            path(route, self.admin_view(view), name=name)
            for name, (route, view) in self._pages.items()
        ]
        stock = super().get_urls()
        return pages + [
            url for url in stock if getattr(url, "name", None) not in DROPPED_URLS
        ]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Django's wrapper; what a page refuses becomes a page that says so.

        No answer is stored, unless it has a tag by which it is asked about each time.
        """

        @wraps(view)
        def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return _whole(request, view, *args, **kwargs)
            except Detour as detour:
                if is_in_dialog(request):
                    # A script reads no redirect; it opens this in the same dialog.
                    return HttpResponse(status=204, headers={DETOUR: detour.address})
                return HttpResponseRedirect(detour.address)
            except Problem as problem:
                return self._refuse(request, problem)
            except Http404:
                return self._refuse(request, NotFound())
            except PermissionDenied:
                return self._refuse(request, Forbidden("This is not yours to do."))
            except BadRequest as error:
                return self._refuse(request, Invalid(str(error)))

        wrapped: View = super().admin_view(refusing, cacheable=True)

        @wraps(wrapped)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = wrapped(request, *args, **kwargs)
            refused = response.status_code >= HTTPStatus.BAD_REQUEST
            if request.method == "POST" and not refused:
                note_act(request)
            if not cacheable and not response.has_header("ETag"):
                add_never_cache_headers(response)
            return response

        return kept

    def _refuse(self, request: HttpRequest, problem: Problem) -> HttpResponse:
        if isinstance(problem, NotFound):
            problem = NotFound(
                "There is nothing at this address, or nothing that you may see."
            )
        if is_in_place(request):
            answer = {"sentence": problem.sentence, "errors": {}}
            return JsonResponse(answer, status=problem.status)
        titles = {400: "Not understood", 403: "Not for you to do", 404: "Nothing here"}
        return self.page(
            request,
            "evaltracker/problem.html",
            title=titles.get(problem.status, "Not now"),
            status=problem.status,
            sentence=problem.sentence,
            difference=getattr(problem, "difference", ""),
        )

    def page(
        self,
        request: HttpRequest,
        template: str,
        *,
        title: str,
        status: int = 200,
        **context: Any,
    ) -> TemplateResponse:
        """A page in the admin's frame; `template` extends evaltracker/page.html."""
        request.current_app = self.name
        return TemplateResponse(
            request,
            template,
            {**self.each_context(request), "title": title, **context},
            status=status,
        )

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated and not self.has_permission(request):
            return self.page(
                request, "account/no_access.html", title="No access", status=403
            )
        answer: HttpResponse = login_page(request)
        return answer

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_sidebar_list(self, request: HttpRequest) -> Any:
        """The main navigation, without what the person may not see.

        Made when it is read first: inside an evaluation nobody reads it.
        """
        return SimpleLazyObject(lambda: groups_for(self, request))

    def address_of(self, row: models.Model) -> str:
        admin: Any = self._registry.get(type(row))
        address: str = admin.page_of(row) if hasattr(admin, "page_of") else ""
        if address:
            return address
        meta = row._meta
        try:
            view = f"{self.name}:{meta.app_label}_{meta.model_name}_change"
            return reverse(view, args=[row.pk])
        except NoReverseMatch:
            return reverse(f"{self.name}:index")


site = EvaltrackerAdminSite(name="admin")
