"""Whose a row is, and a snapshot of all rows that are not somebody's."""

from hashlib import sha256

from django.apps import apps
from django.db.models import Model

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
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model.__name__ in COMMON:
            continue
        rows, path = model._base_manager.order_by("pk"), owner_path(model)
        if path is not None:
            rows = rows.exclude(**{path: vendor.pk})
        columns = [field.attname for field in model._meta.concrete_fields]
        text = repr(list(rows.values_list(*columns)))
        found[model._meta.db_table] = sha256(text.encode()).hexdigest()
    return found
