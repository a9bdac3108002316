"""Whether an address of a candidate's vendor stands for a rival of it, too."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Entry
from vendors.models import Candidate, Contact, Vendor
from vendors.public_mail import shared_by
from vendors.selectors.letters import invitation_letters

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
