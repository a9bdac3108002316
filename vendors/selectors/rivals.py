"""Whether an address of a candidate's vendor stands for a rival of it, too."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from evaltracker.evaluations.models import Demand, Entry, Evaluation, Requirement, User
from vendors.choices import ProposalState
from vendors.holds_for import Named, read_named_values, without_empty
from vendors.mail import shared_by
from vendors.models import Candidate, Contact, ContactRequest, Vendor
from vendors.selectors.candidates import demanded, invitation_letters, lists_of

# Whom vendors ask to let in.


def own_contact_requests(candidate: Candidate) -> QuerySet[ContactRequest]:
    """What a vendor asked for, whatever became of it."""
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(candidate=candidate)
    return rows


def open_contact_requests(evaluation: Evaluation) -> QuerySet[ContactRequest]:
    """What the owner has to answer."""
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(
        candidate__evaluation=evaluation, state=ProposalState.OPEN
    )
    return rows.select_related("candidate", "asked_by").order_by("asked_at")


# The values of the brief that acts offer and services read, by list.


def read_item_values(said: object, evaluation: Evaluation) -> Named:
    """The values that a criterion, a script item, an excuse or a ruling names; where it
    names none of a list, the list is left out.

    Raises:
        Invalid: as `read_named_values` does.

    """
    return without_empty(read_named_values(said, lists_of(evaluation)))


def demanded_of(requirement: Requirement) -> Named:
    """The lists in whose every value the requirement must hold, if they have any."""
    return without_empty(demanded(requirement))


def demanded_in(evaluation: Evaluation) -> dict[Any, Named]:
    """The same by requirement, of a whole evaluation, in three queries."""
    asked = Demand.objects.filter(requirement__evaluation=evaluation)
    rows = asked.order_by("scope__position", "scope__name").values_list(
        "requirement_id", "scope__name"
    )
    marked = list(rows)
    lists = lists_of(evaluation) if marked else {}
    found: dict[Any, Named] = {}
    for requirement, name in marked:
        if lists[name]:
            found.setdefault(requirement, {})[name] = lists[name]
    return found


# The test invitations that are open, in which vendors try a made-up list.


def last_tests(
    owner: User, vendors: Iterable[uuid.UUID]
) -> dict[uuid.UUID, Evaluation]:
    """By vendor, the last test that `owner` has sent it, which may have ended."""
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
    """What the vendors of two candidates of one evaluation share."""

    candidate: Candidate
    rival: Vendor
    # A mailbox, or a mail domain that is somebody's own.
    shared: str

    @property
    def sentence(self) -> str:
        """What the owner has to know before they say yes to it."""
        one = self.candidate
        whose = self.shared if "@" in self.shared else f"The domain {self.shared}"
        return (
            f"{whose} also stands for {self.rival}, a rival of {one.name} in "
            f"“{one.evaluation}”."
        )

    @property
    def key(self) -> tuple[frozenset[str], str]:
        """Which two vendors share what, whichever of them came first."""
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
    found = {}
    for other in others.distinct().order_by("vendor__name", "email"):
        for address in addresses:
            if shared := shared_by(address, other.email):
                one = SharedAddress(candidate, other.vendor, shared)
                found[one.key] = one
    if not found:
        return []
    allowed = _allowed(candidate.evaluation_id)
    return [one for key, one in found.items() if key not in allowed]


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
        (frozenset(said["vendors"]), said["shared"])
        for said in entries.values_list("after", flat=True)
    }
