"""What the notices of floor 3 are about, in words."""

from collections.abc import Collection

from evaltracker.notices.admin.notice_subjects import register_subjects
from vendors.models import Candidate, VendorToken
from vendors.notices import Invitation
from vendors.opening_notices import PricesAsked, PricesEscalated, PricesWaiting
from vendors.reminders import NotAnswered, RequirementChanged
from vendors.token_notices import TokenEnds, TokenLeaked, TokenLeakedOutside


def candidate_names(ids: Collection[str]) -> dict[str, str]:
    """Names of candidates."""
    rows = Candidate.objects.filter(pk__in=ids).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def token_names(ids: Collection[str]) -> dict[str, str]:
    """Beginnings of tokens, and whose they are."""
    rows = VendorToken.objects.filter(pk__in=ids).select_related("vendor")
    return {str(row.pk): f"{row.prefix}… of {row.vendor}" for row in rows}


def openings(ids: Collection[str]) -> dict[str, str]:
    """What is opened."""
    return dict.fromkeys(ids, "Prices")


for kind in (PricesAsked, PricesWaiting, PricesEscalated):
    register_subjects(kind.name, openings)
for name in (Invitation.name, NotAnswered.name, RequirementChanged.name):
    register_subjects(name, candidate_names)
for name in (TokenEnds.name, TokenLeaked.name, TokenLeakedOutside.name):
    register_subjects(name, token_names)
