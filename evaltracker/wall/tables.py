"""Which tables have row-level security: whatever belongs to a vendor, or is granted."""

from __future__ import annotations

from django.apps import apps

from evaltracker.wall.access import ACCESS
from vendors.models.base import VendorRecord


def walled_tables() -> list[str]:
    """Tables where, without a policy, the vendor role sees no row even if granted.

    Every table of floor 3, every other one that leads to a vendor (scores and
    verdicts among them), and the tables that the vendor role may touch at all.
    """
    found = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, VendorRecord) or model._meta.app_label == "vendors"
    }
    return sorted(found | ACCESS.keys())
