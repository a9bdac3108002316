"""The base class of every admin: read-only, scoped, without the stock leaks.

Rules R36 and R37. A change is an act (acts.py), never a form of the stock admin.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from typing import Any, ClassVar

from django.contrib.admin import AdminSite, ModelAdmin, ShowFacets, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from unfold.admin import ModelAdmin as AdminModelAdmin
from unfold.admin import TabularInline
from unfold.views import ChangeList

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import User
from evaltracker.pages.site import may_open_list

# The only kind of list filter: what it offers, the reader may see anyway.

MOST_CHOICES = 200


class ScopedFilter(SimpleListFilter):
    """Filters by one field of the model itself.

    A field with choices offers its choices, a yes-no field both, a foreign key the
    rows that the reader may see. Make one with `by("stage")`.
    """

    parameter_name: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here and not in `queryset`, which is left out when there is no choice.
        offered = {str(choice) for choice, _ in self.lookup_choices}
        if self.value() is not None and self.value() not in offered:
            raise Invalid(f"“{self.title}” has no such choice.")

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        field = model_admin.model._meta.get_field(self.parameter_name)
        if isinstance(field, models.BooleanField):
            return [("yes", "Yes"), ("no", "No")]
        if isinstance(field, models.ForeignKey):
            manager: Any = field.related_model._default_manager
            visible = manager.visible_to(request.user)[:MOST_CHOICES]
            return [(str(row.pk), str(row)) for row in visible]
        return [(str(value), str(label)) for value, label in field.flatchoices]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        field = queryset.model._meta.get_field(self.parameter_name)
        is_bool = isinstance(field, models.BooleanField)
        return queryset.filter(
            **{self.parameter_name: value == "yes" if is_bool else value}
        )


def by(field: str, title: str = "") -> type[ScopedFilter]:
    members = {"parameter_name": field, "title": title or field.replace("_", " ")}
    return type(f"By{field.title().replace('_', '')}", (ScopedFilter,), members)


CAP = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `CAP` and then says "more"; a search reaches what is beyond."""

    @cached_property
    def _seen(self) -> int:
        # Unordered, so that an index or a short scan is enough for the database.
        rows: Any = self.object_list
        return int(rows.order_by()[: CAP + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._seen, CAP)

    @property
    def capped(self) -> bool:
        return self._seen > CAP


LONGEST_SEARCH = 200
MOST_WORDS = 20


def check_query(
    request: HttpRequest,
    *,
    filters: Collection[str] = (),
    columns: int = 0,
    searchable: bool = False,
) -> None:
    """Refuse an address that no link or form of the list can have made.

    Raises:
        Invalid: naming the parameter, never what a hidden row holds.
    """
    known = {*filters}
    if columns:
        known |= {ORDER_VAR, PAGE_VAR}
    if searchable:
        known.add(SEARCH_VAR)
    for name, values in request.GET.lists():
        if name not in known:
            raise Invalid("The address holds a parameter that this list has not.")
        if len(values) != 1:
            raise Invalid(f"The address holds “{name}” more than once.")
        if "\x00" in values[0] or "\ufffd" in values[0]:
            raise Invalid(f"“{name}” holds characters that are no text.")
    if order := request.GET.get(ORDER_VAR):
        if not re.fullmatch(r"-?[0-9]{1,2}(\.-?[0-9]{1,2})*", order):
            raise Invalid("Sorting is given as numbers of columns.")
        if any(int(part.lstrip("-")) >= columns for part in order.split(".")):
            raise Invalid("There is no such column to sort by.")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", request.GET.get(PAGE_VAR, "1")):
        raise Invalid("A page is a number from 1.")
    text = request.GET.get(SEARCH_VAR, "")
    check_length(text, text.split())


def check_length(text: str, words: Collection[str]) -> None:
    if len(text) > LONGEST_SEARCH or len(words) > MOST_WORDS:
        raise Invalid(
            f"Search for at most {MOST_WORDS} words and {LONGEST_SEARCH} characters."
        )


# Each of these shows or changes rows past the scope (or, unfold's, on a GET).
FORBIDDEN_OPTIONS = (
    "actions",
    "actions_list",
    "actions_row",
    "actions_detail",
    "actions_submit_line",
    "autocomplete_fields",
    "conditional_fields",
    "date_hierarchy",
    "filter_horizontal",
    "filter_vertical",
    "list_editable",
    "list_sections",
    "ordering_field",
    "raw_id_fields",
    "save_as",
)


def _without_link(html: str) -> str:
    """The words of a link, as plain text that is escaped again when shown."""
    return unescape(strip_tags(html))


class ReadOnly:
    model: type[models.Model]

    def audience(self, user: User) -> bool:
        """Whether the list is meant for `user` at all; override to narrow."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return user.is_active and user.is_staff and self.audience(user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Nothing is deleted, either: its state changes.
    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        manager: Any = self.model._default_manager
        rows: models.QuerySet[Any] = manager.visible_to(request.user).fetch_mode(
            models.FETCH_PEERS
        )
        ordering = self.get_ordering(request)  # type: ignore[attr-defined]
        if ordering:
            return rows.order_by(*ordering)
        return rows


class ScopedChangeList(ChangeList):  # type: ignore[misc]
    def url_for_result(self, result: models.Model) -> str:
        page: str = self.model_admin.page_of(result)
        return page or super().url_for_result(result)

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page; a page that is not there is refused."""
        super().get_results(request)
        if not self.multi_page and self.page_num != 1:
            raise IncorrectLookupParameters


class HardenedAdmin(ReadOnly, AdminModelAdmin):  # type: ignore[misc]
    """A read-only list and detail of what the reader may see.

    Declare `list_display`, `fields`, `list_filter` made with `filters.by`,
    `search_fields`, `empty_text`; override `page_of` if rows have their own page.
    """

    empty_text: ClassVar[str] = ""
    # Names of acts: without a target above the list, on the row above its detail.
    list_acts: ClassVar[tuple[str, ...]] = ()
    detail_acts: ClassVar[tuple[str, ...]] = ()
    list_before_template = "evaltracker/parts/list_acts.html"
    change_form_outer_before_template = "evaltracker/parts/detail_acts.html"
    actions = None
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    list_filter_sheet = True
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    view_on_site = False

    def __init__(self, model: type[models.Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        name = type(self).__name__
        if used := [option for option in FORBIDDEN_OPTIONS if getattr(self, option, 0)]:
            raise ImproperlyConfigured(f"{name} must not use {', '.join(used)}.")
        if not (self.fields or self.fieldsets):
            raise ImproperlyConfigured(f"{name} has to name its fields.")
        if not all(
            isinstance(item, type) and issubclass(item, ScopedFilter)
            for item in self.list_filter
        ):
            raise ImproperlyConfigured(f"{name}: make list filters with filters.by().")
        if not all(issubclass(inline, HardenedInline) for inline in self.inlines):
            raise ImproperlyConfigured(f"{name}: inlines have to be hardened too.")
        if not hasattr(model._default_manager, "visible_to"):
            raise ImproperlyConfigured(f"{model.__name__} has no visible_to().")
        # People have pages for operators only; foreign addresses are no links.
        self.readonly_preprocess_fields = {
            field.name: _without_link
            for field in model._meta.get_fields()
            if field.related_model is User or isinstance(field, models.URLField)
        }

    def page_of(self, row: Any) -> str:
        return ""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the parameters of our own filters; no path through any field."""
        return lookup in {item.parameter_name for item in self.list_filter}

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Never: it tells of hidden rows."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScopedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not may_open_list(request.user, self.model):
            raise Forbidden(
                "Lists over all evaluations are for operators and auditors. "
                "Open an evaluation to see what belongs to it."
            )
        check_query(
            request,
            filters={item.parameter_name for item in self.list_filter},
            columns=len(self.list_display),
            searchable=bool(self.search_fields),
        )
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Django's list; where it would redirect on nonsense, we refuse.

        Raises:
            Invalid: with a sentence.
        """
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise Invalid("There is no such page in this list.") from error

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        check_query(request, filters={"_changelist_filters"})
        has_list = may_open_list(request.user, self.model)
        context = {**(extra_context or {}), "has_list": has_list}
        response: HttpResponse = super().changeform_view(
            request, object_id, form_url, context
        )
        return response

    def history_view(self, *args: Any, **kwargs: Any) -> Any:
        raise Http404

    # A redirect with a message would differ from an address that never was.
    _get_obj_does_not_exist_redirect = history_view

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        manager: Any = db_field.remote_field.model._default_manager
        scoped = hasattr(manager, "visible_to")
        kwargs["queryset"] = (
            manager.visible_to(request.user) if scoped else manager.none()
        )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    formfield_for_manytomany = formfield_for_foreignkey


class HardenedInline(ReadOnly, TabularInline):  # type: ignore[misc]
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False


# Codes of verdicts that say less than the words that people read for them.
VERDICTS = {"conditions": "conditional approval"}


def label(text: str) -> str:
    return re.sub(r"[._]", " ", text).capitalize()
