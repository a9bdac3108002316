"""The tables of stakeholders that travel with an evaluation, and what a file must
fulfil."""

from collections.abc import Iterator

from evaltracker.portable.importing import ARRIVALS
from evaltracker.portable.registry import CHECKS, Document, Part, register_part
from stakeholders.models import (
    Condition,
    Delegation,
    RoleWeight,
    SignedDocument,
    SignOff,
    SignOffRule,
    Stakeholder,
)
from stakeholders.services.roles import ask_everybody_anew
from stakeholders.services.sign_offs import digest_of

ORIGIN = "Where a click came from is for whoever signed and the owner."

register_part(Part(name="stakeholders", model=Stakeholder, order=("role", "user")))
register_part(Part(name="delegations", model=Delegation, order=("starts_on",)))
register_part(Part(name="role_weights", model=RoleWeight, order=("role", "category")))
register_part(Part(name="sign_off_rules", model=SignOffRule, order=("stage", "role")))
register_part(
    Part(name="signed_documents", model=SignedDocument, order=("created_at",))
)
register_part(
    Part(
        name="sign_offs",
        model=SignOff,
        order=("signed_at",),
        without={"session": ORIGIN, "address": ORIGIN},
    )
)
register_part(Part(name="conditions", model=Condition, order=("sign_off", "text")))

ARRIVALS.add(ask_everybody_anew)


@CHECKS.add
def signed_words_are_whole(document: Document) -> Iterator[tuple[str, str]]:
    """Every signed document has the digest of its words."""
    for at, signed_document in enumerate(document["signed_documents"]):
        if digest_of(signed_document["content"]) != signed_document["sha256"]:
            where = f"/signed_documents/{at}/sha256"
            yield where, "It is not the SHA-256 of “content”."


@CHECKS.add
def the_owner_signs_for_nobody(document: Document) -> Iterator[tuple[str, str]]:
    """As the database says it, but with where it stands."""
    owner = document["evaluation"]["owner"]
    for at, sign_off in enumerate(document["sign_offs"]):
        if owner in (sign_off["person"], sign_off.get("on_behalf_of")):
            yield f"/sign_offs/{at}/person", "The owner signs for nobody."
        if sign_off["requester"] != owner:
            yield f"/sign_offs/{at}/requester", "It has to be the owner."
