"""A contact asks for a colleague to be let in, and the owner says yes or no."""

from collections.abc import Collection

from django.db import transaction

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import Actor, By
from evaltracker.evaluations.models import Notice
from evaltracker.evaluations.policy import change, check_owned, checked
from evaltracker.kit.clock import database_now
from evaltracker.kit.text import read_reason
from evaltracker.notices.services.scheduling import owe_now
from vendors.choices import CandidateState, ProposalState
from vendors.contact_notices import ContactAsked
from vendors.models import Contact, ContactRequest, InvitationLink
from vendors.selectors.contact_requests import own_contact_requests
from vendors.services.candidates import lock_candidate
from vendors.services.contacts import add_contact, read_contact
from vendors.services.invitations import owe_invitation
from vendors.services.shared_addresses import settle_shared_addresses

# Of one invitation, in all.
MOST = 20


@transaction.atomic
def ask_for_contact(
    *, link: InvitationLink, name: str, email: str, by: Actor
) -> ContactRequest:
    """Ask the owner to send a colleague a link of their own.

    Raises:
        Invalid: by field. Refused: it is asked for already, too many are, or the
            invitation is over.

    """
    candidate = lock_candidate(link.candidate)
    out = candidate.state == CandidateState.ELIMINATED
    if out or candidate.evaluation.status != Status.OPEN:
        raise Refused("This invitation is over, so nobody else is let in.")
    fields = read_contact(name=name, email=email, phone="")
    asked = own_contact_requests(candidate)
    waiting = asked.filter(state=ProposalState.OPEN)
    if waiting.filter(email__iexact=fields["email"]).exists():
        raise Refused("You have asked for this address already; it waits for a yes.")
    if asked.count() >= MOST:
        raise Refused(
            f"You have asked for {MOST} people. Write to the person who invited you."
        )
    request = ContactRequest(
        candidate=candidate,
        asked_by=link.contact,
        name=fields["name"],
        email=fields["email"],
        asked_at=database_now(),
    )
    checked(request)
    request.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="contact_request.made",
        subject=request,
        by=by,
        after={"candidate": candidate.name, "name": request.name},
    )
    return request


def check_decline_contact(request: ContactRequest, by: By) -> None:
    """The owner answers a request that is open."""
    check_owned(request.candidate.evaluation, by)
    if request.state != ProposalState.OPEN:
        raise Refused(f"The request is {request.get_state_display().lower()} already.")


def check_accept_contact(request: ContactRequest, by: By) -> None:
    """The same for letting somebody in, while the candidate is in the choice."""
    check_decline_contact(request, by)
    if request.candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{request.candidate.name} is eliminated; reinstate it first.")


@transaction.atomic
def accept_contact(
    *, request: ContactRequest, by: By, shared: Collection[str] = ()
) -> ContactRequest:
    """Make somebody a contact of the vendor, and owe them the mail with their link.

    Raises:
        Forbidden: not the owner. Refused: it is answered, or the candidate is out.
        Invalid: the address stands for a rival, too, and `shared` is no yes to it.

    """
    request = _locked(request)
    check_accept_contact(request, by)
    vendor = request.candidate.vendor
    if vendor is None:
        raise NotFound
    known = Contact.objects.current().filter(vendor=vendor, email__iexact=request.email)
    contact = known.first()
    if contact is None:
        contact = add_contact(
            vendor=vendor,
            name=request.name,
            email=request.email,
            by=by,
            shared=shared,
        )
    else:
        settle_shared_addresses(
            vendor=vendor, addresses=[contact.email], by=by, shared=shared
        )
    owe_invitation(request.candidate, contact)
    return _rule(request, by, "contact_request.accepted", ProposalState.ACCEPTED)


@transaction.atomic
def decline_contact(*, request: ContactRequest, reason: str, by: By) -> ContactRequest:
    """Let nobody in, for a reason that the vendor reads."""
    request = _locked(request)
    check_decline_contact(request, by)
    words = read_reason(reason, "Give a reason for declining it.")
    return _rule(request, by, "contact_request.declined", ProposalState.DECLINED, words)


@transaction.atomic
def tell_of_contact_requests() -> None:
    """Owe the owner a mail of each open request, once; the process of vendors owes
    none."""
    rows = ContactRequest.objects.filter(
        state=ProposalState.OPEN, candidate__evaluation__status=Status.OPEN
    )
    found = {
        str(row.pk): row for row in rows.select_related("candidate__evaluation__owner")
    }
    told = Notice.objects.filter(kind=ContactAsked.name, subject_id__in=found)
    for key in sorted(found.keys() - set(told.values_list("subject_id", flat=True))):
        evaluation = found[key].candidate.evaluation
        owe_now(
            kind=ContactAsked.name,
            evaluation=evaluation,
            subject_id=key,
            occurrence="",
            recipient=evaluation.owner,
        )


def _locked(request: ContactRequest) -> ContactRequest:
    candidate = lock_candidate(request.candidate)
    rows = ContactRequest.objects.select_for_update(of=("self",), no_key=True)
    fresh: ContactRequest = rows.get(pk=request.pk)
    fresh.candidate = candidate
    return fresh


def _rule(
    request: ContactRequest,
    by: By,
    action: str,
    state: ProposalState,
    reason: str = "",
) -> ContactRequest:
    change(request, state=state, state_reason=reason, ruled_at=database_now())
    journal.record(
        evaluation=request.candidate.evaluation,
        action=action,
        subject=request,
        by=by,
        after={"candidate": request.candidate.name, "name": request.name},
        reason=reason,
    )
    return request
