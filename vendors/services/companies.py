"""Keeping the list of companies and of their people."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, checked, lock
from evaltracker.kit.text import Inputs
from vendors.models import Vendor
from vendors.policy import require_vendor_keeper

VENDOR_FIELDS = frozenset({"name", "website", "aliases"})


@transaction.atomic
def add_vendor(
    *,
    name: str,
    by: By,
    slug: str = "",
    website: str = "",
    aliases: Iterable[str] = (),
) -> Vendor:
    """Add a company; it belongs to no evaluation until it is a candidate's vendor.

    Raises:
        Forbidden: `by` runs no evaluation. Invalid: by field.
        Refused: a vendor of that name is there.

    """
    require_vendor_keeper(by)
    fields = read_vendor(name=name, website=website, aliases=aliases)
    if Vendor.objects.filter(name=fields["name"]).exists():
        raise Refused(f"A vendor called “{fields['name']}” is in the list already.")
    vendor = Vendor(slug=slug or free_slug(fields["name"]), **fields)
    checked(vendor)
    vendor.save()
    return vendor


@transaction.atomic
def change_vendor(*, vendor: Vendor, by: By, **values: Any) -> Vendor:
    """Change a company's name, website or other names."""
    require_vendor_keeper(by)
    unknown = values.keys() - VENDOR_FIELDS
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    now = {field: getattr(vendor, field) for field in VENDOR_FIELDS}
    before, after = change(vendor, **read_vendor(**{**now, **values}))
    if after:
        record_for_vendor(
            vendor=vendor,
            action="vendor.changed",
            subject=vendor,
            by=by,
            before=before,
            after=after,
        )
    return vendor


def record_for_vendor(
    *, vendor: Vendor, action: str, subject: models.Model, by: By, **more: Any
) -> None:
    """Write one entry into the journal of each open evaluation with this vendor.

    A company stands above evaluations, a journal belongs to one. The evaluations are
    locked in one order, so that two writers never wait for each other.
    """
    touched = Evaluation.objects.filter(
        candidates__vendor=vendor, status=Status.OPEN
    ).distinct()
    for evaluation in touched.order_by("pk"):
        journal.record(
            evaluation=lock(evaluation), action=action, subject=subject, by=by, **more
        )


def read_vendor(*, name: str, website: str, aliases: Iterable[str]) -> dict[str, Any]:
    """A company's fields as they are kept."""
    inputs = Inputs()
    fields = {
        "name": inputs.line("name", name),
        "website": inputs.link("website", website),
        "aliases": inputs.lines("aliases", aliases, limit=150),
    }
    inputs.check()
    return fields


def free_slug(name: str) -> str:
    """A slug from `name` that no vendor has."""
    stem = slugify(name)[:70] or "vendor"
    slug, number = stem, 1
    while Vendor.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
