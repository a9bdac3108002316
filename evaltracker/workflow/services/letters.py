"""Letters to the vendors that answered: drafted, gone over, sent by a person."""

import hashlib
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, lock, require_owner
from evaltracker.kit.text import TEXT_LIMIT
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.memo.letter_draft import (
    REASON_ASKED,
    count_own,
    draft_letter,
)
from evaltracker.workflow.models import Decision, Letter
from evaltracker.workflow.selectors.letters import LETTER, letter_notices, rivals_named
from vendors.choices import DocumentKind
from vendors.models import Candidate, Contact
from vendors.selectors.own import vendors_answers
from vendors.services.invitation_links import give_link
from vendors.services.published import publish_document


def draft_letters(*, decision: Decision) -> list[Letter]:
    """A draft to each invited vendor, in the transaction of the decision.

    It takes no actor: deciding is the act, and its journal entry speaks for it.
    """
    inputs, results = decision.memo["inputs"], decision.memo["results"]
    told = Candidate.objects.filter(
        evaluation=decision.evaluation_id, invited_at__isnull=False
    )
    own: dict[Any, set[str]] = {candidate.pk: set() for candidate in told}
    for key, ref in (
        vendors_answers()
        .filter(candidate__in=told)
        .values_list("candidate_id", "requirement__ref")
    ):
        own[key].add(ref)
    return Letter.objects.bulk_create(
        Letter(
            candidate=candidate,
            text=draft_letter(
                inputs["brief"],
                inputs["requirements"],
                results[str(candidate.pk)],
                count_own(inputs, str(candidate.pk), own[candidate.pk]),
                chosen=candidate.pk == decision.candidate_id,
            ),
        )
        for candidate in told
    )


@transaction.atomic
def write_letter(*, letter: Letter, text: str, by: By) -> Letter:
    """Word a draft anew.

    Raises:
        Forbidden: not the owner. Refused: it was sent.
        Invalid: empty, too long, or it names another candidate.

    """
    letter, evaluation = open_letter(letter, by)
    check_write_letter(letter, by)
    text = text.replace("\r\n", "\n").strip()
    require_sendable(letter, text)
    before, after = change(letter, text=text)
    if after:
        journal.record(
            evaluation=evaluation,
            action="letter.written",
            subject=letter,
            by=by,
            before={"sha256": digest(before["text"])},
            after={"candidate": letter.candidate, "sha256": digest(text)},
        )
    return letter


@transaction.atomic
def send_letter(*, letter: Letter, contacts: Collection[Contact], by: By) -> Letter:
    """Owe a letter to contacts of its vendor; from then on its words stand.

    A mail that may have arrived is not repeated without a person's word. Somebody who
    was not told at first can be told later; nobody is told twice.

    Raises:
        Forbidden: not the owner. Refused: not decided, not gone over where the draft
            asks for it, or somebody has had it.
        Invalid: nobody, a stranger to the vendor, or it names another candidate.

    """
    letter, evaluation = open_letter(letter, by)
    told = _theirs(letter, contacts)
    require_sendable(letter, letter.text)
    if REASON_ASKED in letter.text:
        raise Refused(f"Review it first; it still says “{REASON_ASKED}”.")
    had = set(letter_notices([letter]).values_list("address", flat=True))
    if again := [contact.name for contact in told if contact.email in had]:
        raise Refused(f"{', '.join(again)} had this letter already.")
    if letter.released_at is None:
        change(letter, released_at=timezone.now(), released_by=evaluation.owner)
    _publish(letter, by)
    for one in told:
        give_link(candidate=letter.candidate, contact=one)
        owe_now(
            kind=LETTER,
            evaluation=evaluation,
            subject_id=letter.pk,
            occurrence=1,
            address=one.email,
            addressee=one.name,
        )
    journal.record(
        evaluation=evaluation,
        action="letter.sent",
        subject=letter,
        by=by,
        after={
            "candidate": letter.candidate,
            "told": [contact.email for contact in told],
            "sha256": digest(letter.text),
        },
    )
    return letter


def _theirs(letter: Letter, contacts: Collection[Contact]) -> list[Contact]:
    """The contacts as they are now; all of them have to be of its vendor."""
    vendor = letter.candidate.vendor
    keys = [contact.pk for contact in contacts]
    found = list(Contact.objects.current().filter(vendor=vendor, pk__in=keys))
    if not found or len(found) != len(contacts):
        sentence = f"Choose contacts of {vendor}."
        raise Invalid(sentence, errors={"contacts": [sentence]})
    return found


def _publish(letter: Letter, by: By) -> None:
    """Let the vendor read it in its pages, from its first mail on."""
    kind = DocumentKind.LETTER
    if not letter.candidate.documents.filter(kind=kind).exists():
        publish_document(candidate=letter.candidate, kind=kind, text=letter.text, by=by)


def open_letter(letter: Letter, by: By) -> tuple[Letter, Evaluation]:
    """The letter under its evaluation's lock, for the owner of one that is decided."""
    evaluation = lock(letter.candidate.evaluation)
    letter = Letter.objects.select_related("candidate__vendor").get(pk=letter.pk)
    letter.candidate.evaluation = evaluation
    check_letter(letter, by)
    return letter, evaluation


def check_letter(letter: Letter, by: By) -> None:
    """The owner of what is decided."""
    evaluation = letter.candidate.evaluation
    require_owner(by, evaluation)
    if evaluation.status != Status.DECIDED:
        raise Refused("Letters are written once the evaluation is decided.")


def check_write_letter(letter: Letter, by: By) -> None:
    """The same, until it is sent."""
    check_letter(letter, by)
    if letter.released_at is not None:
        raise Refused("This letter was sent and can no longer change.")


def require_sendable(letter: Letter, text: str) -> None:
    """Refuse words that a vendor must not read, or that say nothing."""
    sentence = ""
    if not text:
        sentence = "Write the letter first."
    elif len(text) > TEXT_LIMIT:
        sentence = f"A letter has at most {TEXT_LIMIT:,} characters."
    elif named := rivals_named(letter, text):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
    if sentence:
        raise Invalid(sentence, errors={"text": [sentence]})


def digest(text: str) -> str:
    """The fingerprint of a letter, which the journal keeps instead of its words."""
    return hashlib.sha256(text.encode()).hexdigest()
