"""One person for two rivals of one purchase: only by the owner's yes to just that."""

import hashlib
from collections.abc import Collection, Iterable

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.policy import lock
from vendors.models import Candidate, Contact, InvitationLink, Vendor
from vendors.secrets import new_secret
from vendors.selectors.rivals import (
    SharedAddress,
    is_held_back,
    shared_addresses,
)
from vendors.wall import digest_of


def yes_to(sentence: str) -> str:
    """What stands for the owner's yes to a refusal: it answers its very words."""
    return hashlib.sha256(sentence.encode()).hexdigest()


def settle_shared_addresses(
    *, vendor: Vendor, addresses: Iterable[str], by: By, shared: Collection[str]
) -> None:
    """Insist that these addresses stand for no rival in an evaluation that `by` owns.

    What they share is kept in its journal once the owner says yes; `shared` holds
    `yes_to` the sentence that they read. Evaluations of others are neither asked nor
    told of: their mail waits until their own owner invites that address.

    Raises:
        Invalid: something is shared, and the yes is not to this.

    """
    told = list(addresses)
    owned = Candidate.objects.filter(
        vendor=vendor,
        evaluation__owner=actor_of(by).user,
        evaluation__status=Status.OPEN,
    )
    candidates = owned.select_related("evaluation", "vendor").order_by("evaluation_id")
    settle(
        [found for one in candidates for found in shared_addresses(one, told)],
        by=by,
        shared=shared,
    )


def settle(found: list[SharedAddress], *, by: By, shared: Collection[str]) -> None:
    """Keep the owner's yes to what was found, or refuse it.

    Raises:
        Invalid: as above.

    """
    if not found:
        return
    sentence = " ".join(
        [
            *dict.fromkeys(one.sentence for one in found),
            "If that is intended, confirm it in the form.",
        ]
    )
    if yes_to(sentence) not in shared:
        raise Invalid(sentence, errors={"shared": [sentence]})
    for one in found:
        candidate = one.candidate
        journal.record(
            evaluation=lock(candidate.evaluation),
            action="shared_address.allowed",
            subject=candidate,
            by=by,
            after={
                "candidate": candidate.name,
                "rival": one.rival.name,
                "shared": one.shared,
                "vendors": sorted([str(candidate.vendor_id), str(one.rival.pk)]),
            },
        )


def cut_held_back(contact: Contact) -> None:
    """Make former links of a contact useless where its address waits for a yes."""
    for link in InvitationLink.objects.filter(contact=contact).select_related(
        "candidate__evaluation", "candidate__vendor"
    ):
        if is_held_back(link.candidate, contact.email):
            link.digest = digest_of(new_secret())
            link.save(update_fields=["digest"])
