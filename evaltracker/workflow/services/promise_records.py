"""Publishing a vendor's promise record to it, once its letter is out."""

from django.conf import settings
from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import By
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.memo.letter_draft import count_own
from evaltracker.workflow.memo.promise_record import promise_record_text
from evaltracker.workflow.models import Decision, Letter
from evaltracker.workflow.selectors.letters import letter_notices
from evaltracker.workflow.services.letters import check_letter, open_letter
from vendors.choices import DocumentKind
from vendors.models import Contact, PublishedDocument
from vendors.published_notices import DocumentPublished
from vendors.selectors.own import vendors_answers
from vendors.services.invitation_links import give_link
from vendors.services.published import check_publish, publish_document


def check_publish_promises(letter: Letter, by: By) -> None:
    """The owner publishes it once, after the letter, where vendors have pages."""
    check_letter(letter, by)
    if letter.released_at is None:
        raise Refused("Send the letter first; the promise record follows it.")
    if not settings.VENDOR_SITE_URL:
        raise Refused("This installation has no vendor pages to publish it on.")
    check_publish(letter.candidate, DocumentKind.PROMISES, by)


def record_of(letter: Letter) -> str:
    """The promise record of a letter's vendor, by the frozen ledger."""
    candidate = letter.candidate
    memo = Decision.objects.get(evaluation=candidate.evaluation_id).memo
    inputs, key = memo["inputs"], str(candidate.pk)
    answers = vendors_answers().filter(candidate=candidate)
    refs = set(answers.values_list("requirement__ref", flat=True))
    return promise_record_text(
        inputs["brief"],
        inputs["requirements"],
        memo["results"][key],
        count_own(inputs, key, refs),
        refs,
    )


@transaction.atomic
def publish_promises(*, letter: Letter, by: By) -> PublishedDocument:
    """Let a vendor read its own promise record, and tell whoever had the letter.

    Raises:
        Forbidden: not the owner.
        Refused: not decided, the letter is not sent, or it is published already.

    """
    letter, evaluation = open_letter(letter, by)
    check_publish_promises(letter, by)
    document = publish_document(
        candidate=letter.candidate,
        kind=DocumentKind.PROMISES,
        text=record_of(letter),
        by=by,
    )
    had = letter_notices([letter]).values("address")
    for contact in Contact.objects.current().filter(
        vendor=letter.candidate.vendor_id, email__in=had
    ):
        give_link(candidate=letter.candidate, contact=contact)
        owe_now(
            kind=DocumentPublished.name,
            evaluation=evaluation,
            subject_id=document.pk,
            occurrence="",
            address=contact.email,
            addressee=contact.name,
        )
    return document
