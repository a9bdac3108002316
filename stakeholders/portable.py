"""The tables of stakeholders that travel with an evaluation, and what a file must
fulfil."""

from collections.abc import Iterator
from typing import Any

from django.dispatch import receiver

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.evaluations.policy import change_and_tell
from evaltracker.portable.importing import evaluation_imported
from evaltracker.portable.registry import CHECKS, Document, PortableTable, register_part
from stakeholders.models import (
    Condition,
    Delegation,
    RoleName,
    RoleWeight,
    SignedDocument,
    SignOff,
    SignOffRule,
    Stakeholder,
    digest_of,
)

ORIGIN = "Only the signer and the owner see where a click came from."

register_part(
    PortableTable(name="role_names", model=RoleName, order=("position",), optional=True)
)
register_part(
    PortableTable(name="stakeholders", model=Stakeholder, order=("role", "user"))
)
register_part(PortableTable(name="delegations", model=Delegation, order=("starts_on",)))
register_part(
    PortableTable(name="role_weights", model=RoleWeight, order=("role", "category"))
)
register_part(
    PortableTable(name="sign_off_rules", model=SignOffRule, order=("stage", "role"))
)
register_part(
    PortableTable(name="signed_documents", model=SignedDocument, order=("created_at",))
)
register_part(
    PortableTable(
        name="sign_offs",
        model=SignOff,
        order=("signed_at",),
        without={"session": ORIGIN, "address": ORIGIN},
    )
)
register_part(
    PortableTable(name="conditions", model=Condition, order=("sign_off", "text"))
)


@CHECKS.add
def signed_words_are_whole(document: Document) -> Iterator[tuple[str, str]]:
    for at, signed_document in enumerate(document["signed_documents"]):
        if digest_of(signed_document["content"]) != signed_document["sha256"]:
            place = f"/signed_documents/{at}/sha256"
            yield place, "It is not the SHA-256 of “content”."


@CHECKS.add
def the_owner_signs_for_nobody(document: Document) -> Iterator[tuple[str, str]]:
    """As the database says it, but with where it stands."""
    owner = document["evaluation"]["owner"]
    for at, sign_off in enumerate(document["sign_offs"]):
        if owner in (sign_off["person"], sign_off.get("on_behalf_of")):
            yield f"/sign_offs/{at}/person", "The owner signs for nobody."
        if sign_off["requester"] != owner:
            yield f"/sign_offs/{at}/requester", "It has to be the owner."


@receiver(evaluation_imported)
def ask_everybody_anew(*, evaluation: Evaluation, **_: Any) -> None:
    """Open a new round where people had signed: nobody signed here, so none counts.

    What was signed on stays that are over is history and stays as the file tells it.
    """
    visit = Visit.objects.filter(evaluation=evaluation, left_at__isnull=True).first()
    if visit is None or not visit.sign_offs.filter(round=visit.round).exists():
        return
    visit.evaluation = evaluation
    next_round = visit.round + 1
    why = "The sign-offs of this stay came with a file."
    change_and_tell(
        visit, "sign_off.round_opened", SYSTEM, reason=why, round=next_round
    )
