"""Finding a link, a code and a session by what a browser sends, and nothing more."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from vendors.choices import CandidateState
from vendors.models import (
    Candidate,
    InvitationLink,
    PublishedDocument,
    SignInCode,
    VendorSession,
)
from vendors.wall import digest_of, show_tokens, show_vendor


def find_link(secret: str) -> InvitationLink | None:
    """The link of that secret, whose vendor's rows can now be found.

    None also for a contact who was removed and for a candidate that is out of the
    choice: they read alike.
    """
    show_tokens([secret])
    row = InvitationLink.objects.filter(digest=digest_of(secret)).first()
    if row is None:
        return None
    show_vendor(row.vendor_id)
    found: InvitationLink | None = (
        InvitationLink.objects.filter(live_link(), pk=row.pk)
        .select_related("contact", "vendor", "candidate__evaluation")
        .first()
    )
    return found


def find_session(secret: str) -> VendorSession | None:
    """The live session of that secret, whose vendor's rows can now be found."""
    show_tokens([secret])
    rows: QuerySet[VendorSession] = VendorSession.objects.filter(
        digest=digest_of(secret), ended_at__isnull=True
    )
    row = rows.first()
    if row is None:
        return None
    show_vendor(row.vendor_id)
    return (
        rows.filter(live_link("link__"))
        .select_related("link__contact", "link__vendor", "link__candidate__evaluation")
        .first()
    )


def live_link(path: str = "") -> Q:
    """Links of somebody who still answers for a candidate in the choice, or for one
    to whose vendor something was published: a letter can be read by losers, too. The
    link of a test ends with it."""
    told = PublishedDocument.objects.order_by().values("candidate")
    return Q(
        ~Q(**{f"{path}candidate__state": CandidateState.ELIMINATED})
        | Q(**{f"{path}candidate__in": told}),
        Q(**{f"{path}candidate__evaluation__is_practice": False})
        | Q(**{f"{path}candidate__evaluation__status": Status.OPEN}),
        **{
            f"{path}contact__removed_at__isnull": True,
            f"{path}candidate__invited_at__isnull": False,
        },
    )


def code_of_browser(link: InvitationLink, nonce: str) -> SignInCode | None:
    """The code that this browser asked for by this link."""
    found: SignInCode | None = SignInCode.objects.filter(
        link=link, browser_digest=digest_of(nonce)
    ).first()
    return found


def link_to_pages(
    candidates: QuerySet[Candidate], address: str
) -> InvitationLink | None:
    """The link to one of these of who reads mail at that address, if there is one."""
    found: InvitationLink | None = (
        InvitationLink.objects.filter(
            live_link(), candidate__in=candidates, contact__email=address
        )
        .order_by("made_at")
        .first()
    )
    return found


def sessions_here(
    evaluation: Evaluation, *, since: datetime.datetime
) -> QuerySet[VendorSession]:
    """Who is or was lately in the vendor pages, for the owner."""
    rows: QuerySet[VendorSession] = VendorSession.objects.filter(
        link__candidate__evaluation=evaluation, started_at__gte=since
    )
    return rows.select_related("link__contact", "link__candidate").order_by(
        "-started_at"
    )


@dataclass(frozen=True, slots=True)
class Visits:
    """By days alone: when a code was last used, and when somebody was last there."""

    code_used_on: datetime.date
    last_visit_on: datetime.date


def visits_of(candidates: Iterable[Candidate]) -> dict[uuid.UUID, Visits]:
    """By candidate, what its owner is told of visits; none where no code was used."""
    rows = VendorSession.objects.filter(link__candidate__in=list(candidates)).order_by()
    found = rows.values_list("link__candidate").annotate(
        Max("started_at"), Max("last_visit_on")
    )
    return {pk: Visits(used.date(), last) for pk, used, last in found}
