"""Whose a row is, and a snapshot of all rows that are not somebody's."""

from functools import lru_cache
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from tests.tables import Rows, digests, queries
from vendors.models import Vendor
from vendors.models.candidates import VendorRecord

OURS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
# Tables that triggers keep from being marked; the journal is of all.
ONLY_GROW = (
    "Agreement",
    "AnnexLine",
    "ContractChange",
    "DocumentReply",
    "Entry",
    "Evidence",
    "Measurement",
    "PublishedDocument",
    "Quote",
    "QuoteRead",
    "QuoteReader",
    "RunReport",
    "SignOff",
    "SupportStatement",
    "TakenBack",
    "VendorEvent",
    "Waiver",
)
# The journal of a shared evaluation grows by whatever its vendors do; who was turned
# away at the door is nobody's row.
COMMON = ("Entry", "JournalHead", "RefusedCall")
OWNERS = {
    "Vendor": "pk",
    "Contact": "vendor",
    "VendorToken": "vendor",
    "IdempotencyRecord": "vendor",
    "Milestone": "trial__candidate__vendor",
}


def owner_path(model: type[Model]) -> str | None:
    """The look-up from a row to its vendor; None for what is of no vendor."""
    if issubclass(model, VendorRecord):
        return model.vendor_path
    return OWNERS.get(model.__name__)


def snapshot(vendor: Vendor) -> dict[str, str]:
    """A digest by table of every row that is not this vendor's."""
    return digests(_rows_of_others(vendor.pk))


@lru_cache(maxsize=8)
def _rows_of_others(vendor: UUID) -> tuple[Rows, ...]:
    querysets = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model.__name__ in COMMON:
            continue
        rows = model._base_manager.all()
        path = owner_path(model)
        if path is not None:
            rows = rows.exclude(**{path: vendor})
        querysets.append(rows)
    return queries(querysets)
