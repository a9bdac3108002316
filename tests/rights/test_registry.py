"""A walk over everything that is registered in the admin (T20)."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin import site as stock
from django.db import models
from django.urls import get_resolver

from evaltracker.pages.base import (
    FORBIDDEN_OPTIONS,
    HardenedAdmin,
    HardenedInline,
    ScopedFilter,
)
from evaltracker.pages.site import site

OURS = {"evaluations", "stakeholders", "vendors", "trials", "workflow"}
MARK = "9182736"
# Rows whose words or numbers are sealed from somebody: their names tell neither.
SEALED = (
    "Claim",
    "Conflict",
    "Consensus",
    "CostLine",
    "DemoNote",
    "Evidence",
    "Excuse",
    "Score",
    "ScoreSheet",
    "Settlement",
    "SignedDocument",
    "Submission",
)
# Names that exist to be told: they say which one it is, and nothing of it.
REFERENCES = ("number", "sha256")
# What a list of sealed rows may never have as a column or a filter.
VALUES = {"likely", "low", "high", "quantity", "value", "source_text", "digest"}


def admins() -> list[HardenedAdmin]:
    found: list[Any] = list(site._registry.values())
    return found


def test_only_our_site_serves_and_the_stock_one_has_no_address() -> None:
    served = [
        getattr(pattern, "app_name", "")
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "app_name", "") == "admin"
    ]
    assert served == ["admin"]
    assert isinstance(site, AdminSite)
    assert site is not stock
    assert not [model for model in stock._registry if model._meta.app_label in OURS]


@pytest.mark.parametrize("admin", admins(), ids=lambda admin: type(admin).__name__)
def test_every_admin_keeps_the_rules(admin: HardenedAdmin) -> None:
    assert isinstance(admin, HardenedAdmin)
    assert admin.fields or admin.fieldsets
    assert [name for name in FORBIDDEN_OPTIONS if getattr(admin, name, None)] == []
    assert all(issubclass(value, ScopedFilter) for value in admin.list_filter)
    assert all(issubclass(inline, HardenedInline) for inline in admin.inlines)
    assert admin.show_full_result_count is False
    assert admin.empty_text
    assert admin.model._meta.app_label in OURS
    # Each of these would open a way in that no table knows.
    for name in ("save_model", "delete_model", "get_actions", "response_action"):
        assert getattr(type(admin), name) is getattr(ModelAdmin, name) or (
            getattr(type(admin), name).__module__.startswith("unfold")
        )


@pytest.mark.parametrize("admin", admins(), ids=lambda admin: type(admin).__name__)
def test_no_sealed_value_is_a_column_a_filter_or_a_field(admin: HardenedAdmin) -> None:
    shown = {*admin.list_display, *(admin.fields or ()), *admin.search_fields}
    shown |= {item.parameter_name for item in admin.list_filter}
    assert not shown & VALUES


def test_no_admin_lets_anybody_add_change_or_delete() -> None:
    class Asked:
        """A superuser asks; nobody else could do more."""

        class user:
            is_active = is_staff = is_superuser = True

    request: Any = Asked()
    for admin in admins():
        assert not admin.has_add_permission(request)
        assert not admin.has_change_permission(request)
        assert not admin.has_delete_permission(request)


@pytest.mark.parametrize("name", SEALED)
def test_the_name_of_a_sealed_row_gives_nothing_away(name: str) -> None:
    model = next(
        get_model for get_model in apps.get_models() if get_model.__name__ == name
    )
    assert model._meta.app_label in OURS
    row = model(**dict(marked(model)))
    assert MARK not in str(row)
    assert MARK not in repr(row)


def marked(model: type[models.Model]) -> list[tuple[str, Any]]:
    """A mark in every text and every number of a row."""
    found: list[tuple[str, Any]] = []
    for field in model._meta.concrete_fields:
        if field.choices or field.primary_key or field.is_relation:
            continue
        if field.name in REFERENCES:
            continue
        if isinstance(field, models.CharField | models.TextField | models.FileField):
            found.append((field.name, MARK))
        elif isinstance(field, models.IntegerField | models.DecimalField):
            found.append((field.name, int(MARK)))
    return found
