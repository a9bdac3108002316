"""Which tables have row-level security: whatever leads to a vendor, or is granted."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from vendors.isolation.access import ACCESS
from vendors.models import Vendor
from vendors.models.base import VendorRecord


def walled_tables() -> list[str]:
    """Tables where, without a policy, the vendor role sees no row even if granted.

    Every table of vendors, every other one that points to a vendor's row (scores,
    verdicts and the decision among them), and those that the role may touch at all.
    """
    found = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label == "vendors"
        or any(_is_a_vendors(field.related_model) for field in _links(model))
    }
    return sorted(found | ACCESS.keys())


def _links(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _is_a_vendors(model: object) -> bool:
    """Whether rows of `model` are a vendor's."""
    return isinstance(model, type) and issubclass(model, Vendor | VendorRecord)
