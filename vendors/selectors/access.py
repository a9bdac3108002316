"""Ways in: tokens, links, codes and sessions, and addresses that rivals share."""

import datetime
import re
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.toolbox.database import loaded, pipeline
from evaltracker.toolbox.secrets import digest_of
from vendors import row_visibility
from vendors.choices import CandidateState, ProposalState
from vendors.mail import shared_by
from vendors.models import (
    Candidate,
    Contact,
    ContactRequest,
    InvitationLink,
    PublishedDocument,
    SignInCode,
    Vendor,
    VendorSession,
    VendorToken,
)
from vendors.selectors.candidates import invitation_letters

# Wrong codes of one browser; and how long a code that nobody opened counts.
MOST_TRIES = 5
COUNTED_FOR = datetime.timedelta(days=7)


def find_link(secret: str) -> InvitationLink | None:
    """The link of that secret, whose vendor's rows can now be found.

    None also for a link that has ended and for a candidate that is out of the choice:
    they read alike.
    """
    row_visibility.show_tokens([secret])
    row = InvitationLink.objects.filter(digest=digest_of(secret)).first()
    if row is None:
        return None
    row_visibility.show_vendor(row.vendor_id)
    link: InvitationLink | None = (
        InvitationLink.objects.filter(live_link(), pk=row.pk)
        .select_related("contact", "vendor", "candidate__evaluation")
        .first()
    )
    return link


def find_session(secret: str) -> VendorSession | None:
    """The live session of that secret, whose vendor's rows can now be found."""
    row_visibility.show_tokens([secret])
    rows: QuerySet[VendorSession] = VendorSession.objects.filter(
        digest=digest_of(secret), ended_at__isnull=True
    )
    row = rows.first()
    if row is None:
        return None
    row_visibility.show_vendor(row.vendor_id)
    session: VendorSession | None = (
        rows.filter(live_link("link__"))
        .select_related("link__contact", "link__vendor", "link__candidate__evaluation")
        .first()
    )
    if session is not None:
        row_visibility.show_vendor(session.vendor_id, reader_of(session))
    return session


def reader_of(key: VendorSession | VendorToken) -> str:
    """As whom who holds `key` reads quotes: their contact's address as it is now.

    Blank, which reads none, for a token that the house issued: its maker has seen it.
    """
    if isinstance(key, VendorToken):
        contact = key.contact
    else:
        contact = key.link.contact
    if contact:
        return contact.email.lower()
    return ""


def live_link(path: str = "") -> Q:
    """Links of somebody who still answers for a candidate in the choice, or for one
    to whose vendor something was published: a letter can be read by losers, too. The
    link of a test ends with it. Turned ones are among them."""
    published = PublishedDocument.objects.order_by().values("candidate")
    return Q(
        ~Q(**{f"{path}candidate__state": CandidateState.ELIMINATED})
        | Q(**{f"{path}candidate__in": published}),
        Q(**{f"{path}candidate__evaluation__is_practice": False})
        | Q(**{f"{path}candidate__evaluation__status": Status.OPEN}),
        # Blank: made by code of before, while this one's tables were there already.
        Q(**{f"{path}address": Lower(f"{path}contact__email")})
        | Q(**{f"{path}address": ""}),
        **{
            f"{path}ended_at__isnull": True,
            f"{path}contact__removed_at__isnull": True,
            f"{path}contact__disowned_at__isnull": True,
            f"{path}candidate__invited_at__isnull": False,
        },
    )


def why_no_link(candidate: Candidate) -> str:
    """Why no link to it opens anything, as `live_link` knows; blank if one does."""
    name = candidate.name
    evaluation = candidate.evaluation
    if candidate.invited_at is None:
        return f"{name} is not invited yet; the link comes with the invitation."
    if evaluation.is_practice and not evaluation.is_open:
        return "This test has ended, and its links with it."
    out = candidate.state == CandidateState.ELIMINATED
    if out and not PublishedDocument.objects.filter(candidate=candidate).exists():
        return f"{name} is eliminated; reinstate it or publish its letter first."
    return ""


def newest_link() -> Q:
    return Q(turned_at__isnull=True, ended_at__isnull=True)


def people_of(candidate: Candidate) -> QuerySet[Contact]:
    """All contacts of the vendor, each with the instant `since` which they can get into
    the invitation, if they can, the day of their `last_visit`, and the name of the
    colleague who had asked for them, if one did, as `added_by`."""
    mine = {"candidate": candidate, "contact": OuterRef("pk")}
    links = InvitationLink.objects.filter(live_link(), **mine).order_by("made_at")
    visits = VendorSession.objects.filter(
        link__candidate=candidate, link__address=Lower(OuterRef("email"))
    ).order_by("-last_visit_on")
    requests = own_contact_requests(candidate).filter(
        state=ProposalState.ACCEPTED, email__iexact=OuterRef("email")
    )
    rows: QuerySet[Contact] = Contact.objects.current().filter(
        vendor=candidate.vendor_id
    )
    return rows.annotate(
        address=Lower("email"),
        since=Subquery(links.values("made_at")[:1]),
        last_visit=Subquery(visits.values("last_visit_on")[:1]),
        added_by=Subquery(requests.values("asked_by__name")[:1]),
    )


def living_code(
    link: InvitationLink, nonce: str, now: datetime.datetime
) -> SignInCode | None:
    """The code that this browser asked for and can still type."""
    code: SignInCode | None = SignInCode.objects.filter(
        link=link,
        browser_digest=digest_of(nonce),
        used_at__isnull=True,
        expires_at__gt=now,
        wrong_tries__lt=MOST_TRIES,
    ).first()
    return code


def unknown_codes(link: InvitationLink, now: datetime.datetime) -> QuerySet[SignInCode]:
    """Those that count against a link: nobody knows their browsers, or used them."""
    rows: QuerySet[SignInCode] = link.codes.filter(
        known_digest="", used_at__isnull=True, asked_at__gt=now - COUNTED_FOR
    )
    return rows


def link_to_pages(
    candidates: QuerySet[Candidate], address: str
) -> InvitationLink | None:
    """The link to one of these of who reads mail at that address, if there is one."""
    link: InvitationLink | None = (
        InvitationLink.objects.filter(
            live_link(), newest_link(), candidate__in=candidates, contact__email=address
        )
        .order_by("made_at")
        .first()
    )
    return link


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
    code_used_on: datetime.date
    last_visit_on: datetime.date


def visits_of(candidates: Iterable[Candidate]) -> dict[uuid.UUID, Visits]:
    """By candidate, what its owner is told of visits; none where no code was used."""
    rows = VendorSession.objects.filter(link__candidate__in=list(candidates)).order_by()
    visits = rows.values_list("link__candidate").annotate(
        Max("started_at"), Max("last_visit_on")
    )
    return {pk: Visits(used.date(), last) for pk, used, last in visits}


LIVE = """
FROM vendors_vendortoken token JOIN vendors_vendor vendor ON vendor.id = token.vendor_id
WHERE token.digest = %(digest)s AND token.revoked_at IS NULL
AND (token.expires_at IS NULL OR token.expires_at > %(now)s)
"""
WHO = f"""
SELECT token.id, token.prefix, token.last_used_on, token.vendor_id, token.contact_id,
    vendor.name, vendor.slug {LIVE}
"""
# Only the token's own row can be seen (docs/isolation.md) ...
SHOW_TOKEN = f"""
SELECT set_config('{row_visibility.TOKEN}', %(digest)s, true),
    set_config('{row_visibility.VENDOR}', '', true),
    set_config('{row_visibility.READER}', '', true)
"""
# ... and when it has been read, only its vendor's rows.
SHOW_VENDOR = f"""
SELECT
    set_config('{row_visibility.VENDOR}', (SELECT token.vendor_id::text {LIVE}), true),
    set_config('{row_visibility.TOKEN}', '', true)
"""
SECRET = re.compile(r"evt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def live_tokens(vendor: Vendor) -> QuerySet[VendorToken]:
    tokens: QuerySet[VendorToken] = VendorToken.objects.filter(vendor=vendor)
    return tokens.filter(_live())


def find_tokens(secrets: Collection[str]) -> QuerySet[VendorToken]:
    tokens: QuerySet[VendorToken] = VendorToken.objects.select_related("vendor")
    return tokens.filter(_live(), digest__in=[digest_of(text) for text in secrets])


def recognise(secret: str) -> VendorToken | None:
    """The live token of that text, with its vendor, whose rows can now be found.

    Found by digest through the unique index, so no secret is compared byte by byte.
    """
    live = {"digest": digest_of(secret), "now": timezone.now()}
    with pipeline(savepoint=False) as pipe:
        row_visibility.queue_row_visibility(pipe, SHOW_TOKEN, digest=live["digest"])
        cursor = pipe.ask(WHO, **live)
        row_visibility.queue_row_visibility(pipe, SHOW_VENDOR, **live)
    row = cursor.fetchone()
    if row is None:
        return None
    token = loaded(VendorToken, row)
    vendor = {"id": row["vendor_id"], "name": row["name"], "slug": row["slug"]}
    token.vendor = loaded(Vendor, vendor)
    if token.contact_id:
        row_visibility.show_vendor(token.vendor_id, reader_of(token))
    return token


def _live() -> Q:
    now = timezone.now()
    return Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )


def own_contact_requests(candidate: Candidate) -> QuerySet[ContactRequest]:
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(candidate=candidate)
    return rows


def open_contact_requests(evaluation: Evaluation) -> QuerySet[ContactRequest]:
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(
        candidate__evaluation=evaluation, state=ProposalState.OPEN
    )
    return rows.select_related("candidate", "asked_by").order_by("asked_at")


def last_tests(
    owner: User, vendors: Iterable[uuid.UUID]
) -> dict[uuid.UUID, Evaluation]:
    rows = (
        Candidate.objects.filter(
            vendor__in=list(vendors),
            evaluation__owner=owner,
            evaluation__is_practice=True,
        )
        .select_related("evaluation")
        .order_by("evaluation__created_at")
    )
    return {row.vendor_id: row.evaluation for row in rows if row.vendor_id}


# The entry that keeps the owner's yes, which holds for what it names and no more.
ALLOWED = "shared_address.allowed"


@dataclass(frozen=True, slots=True)
class SharedAddress:
    candidate: Candidate
    rival: Vendor
    # A mailbox, or a mail domain that is somebody's own.
    shared: str

    @property
    def sentence(self) -> str:
        candidate = self.candidate
        if "@" in self.shared:
            subject = self.shared
        else:
            subject = f"The domain {self.shared}"
        return (
            f"{subject} also stands for {self.rival}, a rival of {candidate.name} in "
            f"“{candidate.evaluation}”."
        )

    @property
    def key(self) -> tuple[frozenset[str], str]:
        pair = {str(self.candidate.vendor_id), str(self.rival.pk)}
        return frozenset(pair), self.shared


def shared_addresses(
    candidate: Candidate, addresses: Iterable[str]
) -> list[SharedAddress]:
    """What of these its vendor shares with rivals, and nobody has allowed yet."""
    rivals = Contact.objects.current().filter(
        vendor__candidates__evaluation=candidate.evaluation_id
    )
    others: Any = rivals.exclude(vendor=candidate.vendor_id).select_related("vendor")
    by_key = {}
    for other in others.distinct().order_by("vendor__name", "email"):
        for address in addresses:
            if shared := shared_by(address, other.email):
                match = SharedAddress(candidate, other.vendor, shared)
                by_key[match.key] = match
    if not by_key:
        return []
    allowed = _allowed(candidate.evaluation_id)
    return [match for key, match in by_key.items() if key not in allowed]


def is_held_back(candidate: Candidate, address: str) -> bool:
    """Whether mail of this candidate waits for the owner's yes to an address.

    Not where the owner has invited that very address: then they said it.
    """
    if not shared_addresses(candidate, [address]):
        return False
    return not invitation_letters(candidate).filter(address=address).exists()


def _allowed(evaluation_id: uuid.UUID) -> set[tuple[frozenset[str], str]]:
    entries = Entry.objects.filter(evaluation=evaluation_id, action=ALLOWED)
    return {
        (frozenset(entry["vendors"]), entry["shared"])
        for entry in entries.values_list("after", flat=True)
    }
