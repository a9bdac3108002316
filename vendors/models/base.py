"""The second scope of vendors: a vendor sees its own rows and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models

from evaltracker.evaluations.models import Record, ScopedQuerySet

if TYPE_CHECKING:
    from vendors.models.candidates import Vendor

M = TypeVar("M", bound=models.Model)


class VendorRecord(Record):
    """A row that belongs to one vendor through `vendor_path`."""

    vendor_path: ClassVar[str] = "candidate__vendor"

    class Meta:
        abstract = True


class VendorScopedQuerySet(ScopedQuerySet[M]):
    """Rows scoped to a person's evaluations or to one vendor."""

    def for_vendor(self, vendor: Vendor) -> Self:
        """Only this vendor's rows; every vendor-facing read starts here."""
        return self.filter(**{self.model.vendor_path: vendor})  # type: ignore[attr-defined]
