"""What of its claims a vendor may read: its own words, numbered among themselves.

The one place that knows. Whatever answers a vendor, or writes or counts for it, reads
claims here and nowhere else (`tests/house/test_vendors_own_claims.py`). What the buyer
noted or imported is no part of it: not its words, not that it is there, and not its
place in the numbering. To a vendor all is as if the buyer had never written a word.
"""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery

from evaltracker.evaluations.models import Requirement
from vendors.choices import Availability
from vendors.models import Candidate, Claim, ClaimFile


def vendors_words() -> QuerySet[Claim]:
    """Every revision that a vendor itself wrote, withdrawals too."""
    rows: QuerySet[Claim] = Claim.objects.filter(by_vendor=True)
    return rows


def vendors_answers() -> QuerySet[Claim]:
    """What vendors say now; a withdrawn answer is none."""
    return (
        vendors_words()
        .filter(superseded_at__isnull=True, requirement__retired_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
    )


def own_history(candidate: Candidate) -> QuerySet[Claim]:
    """Every revision that the vendor of `candidate` wrote, with its `own_revision`."""
    return _numbered(vendors_words(), candidate)


def own_claims(candidate: Candidate) -> QuerySet[Claim]:
    """What the vendor of `candidate` says now, each with its `own_revision`."""
    return _numbered(vendors_answers(), candidate)


def own_claims_to_confirm(candidate: Candidate) -> QuerySet[Claim]:
    """What the vendor says of words that a newer revision has overtaken."""
    return own_claims(candidate).filter(
        requirement_revision__lt=F("requirement__revision")
    )


def own_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    """What the vendor says now of one requirement."""
    return own_claims(candidate).filter(requirement=requirement).first()


def own_files(candidate: Candidate) -> QuerySet[ClaimFile]:
    """Every file that the vendor attached, with the `own_revision` of its claim."""
    rows: QuerySet[Any] = ClaimFile.objects.filter(
        claim__candidate=candidate, claim__by_vendor=True
    )
    numbered: QuerySet[ClaimFile] = rows.annotate(own_revision=_number("claim__"))
    return numbered.select_related("claim__requirement")


def _numbered(rows: QuerySet[Any], candidate: Candidate) -> QuerySet[Claim]:
    numbered: QuerySet[Claim] = rows.annotate(own_revision=_number(""))
    return numbered.filter(candidate=candidate).select_related("requirement")


def _number(path: str) -> Subquery:
    """The how-manieth of the vendor's own revisions of its requirement a claim is."""
    until = vendors_words().filter(
        candidate=OuterRef(f"{path}candidate"),
        requirement=OuterRef(f"{path}requirement"),
        revision__lte=OuterRef(f"{path}revision"),
    )
    counted = until.order_by().values("requirement").annotate(number=Count("pk"))
    return Subquery(counted.values("number"), output_field=IntegerField())
