"""What the house publishes to a vendor: its own to read, for good, also for losers."""

import pytest
from django.db import DatabaseError, transaction

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import common
from tests.vendors.portal.visitor import Visitor, invited
from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.services.candidates import eliminate
from vendors.services.dialogue import publish_document

pytestmark = pytest.mark.django_db
TEXT = "Thank you for your work.\n\nYou were <close>."


def published(visitor: Visitor, text: str = TEXT) -> PublishedDocument:
    candidate = visitor.link.candidate
    return publish_document(
        candidate=candidate,
        kind=DocumentKind.LETTER,
        text=text,
        by=candidate.evaluation.owner,
    )


def test_the_vendor_finds_and_reads_it(ada: Visitor) -> None:
    ada.sign_in()
    assert "Letters and feedback" not in ada.get().content.decode()
    document = published(ada)
    assert "Letters and feedback" in ada.get().content.decode()
    listed = ada.get(f"{ada.home}documents/").content.decode()
    assert f"{ada.home}documents/{document.pk}/" in listed
    said = ada.get(f"{ada.home}documents/{document.pk}/").content.decode()
    assert "<p>You were &lt;close&gt;.</p>" in said
    assert document.sha256 in said


def test_a_rival_finds_nothing(ada: Visitor, where: Evaluation) -> None:
    document = published(Visitor(invited(where, "Globex ML", "g@globex.example")))
    ada.sign_in()
    assert ada.get(f"{ada.home}documents/{document.pk}/").status_code == 404
    assert (
        "Nothing has been published"
        in ada.get(f"{ada.home}documents/").content.decode()
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_an_elimination_shuts_the_pages_and_a_letter_opens_them(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    eliminate(candidate=ada.link.candidate, reason="Too late.", by=where.owner)
    assert ada.get().status_code == 403
    assert ada.get(ada.start).status_code == 404
    ada.link.candidate.refresh_from_db()
    document = published(ada)
    # The session stays ended; the link leads to a new one.
    assert ada.get().status_code == 403
    ada.sign_in()
    assert ada.get(f"{ada.home}documents/{document.pk}/").status_code == 200


def test_nobody_changes_it_or_takes_it_back(ada: Visitor) -> None:
    document = published(ada)
    rows = PublishedDocument.objects.filter(pk=document.pk)
    for change in (lambda: rows.update(text="Other."), rows.delete):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            change()
    with pytest.raises(Refused, match="published already"):
        published(ada, "Another text.")


def test_the_owner_publishes_to_who_was_invited(ada: Visitor) -> None:
    candidate = ada.link.candidate
    with pytest.raises(Forbidden):
        publish_document(
            candidate=candidate,
            kind=DocumentKind.LETTER,
            text=TEXT,
            by=common.otto(),
        )
    Candidate.objects.update(invited_at=None)
    with pytest.raises(Refused, match="not invited"):
        published(ada)


def test_the_journal_has_its_digest_and_not_its_words(ada: Visitor) -> None:
    document = published(ada)
    entry = Entry.objects.get(action="document.published")
    assert entry.after["sha256"] == document.sha256
    assert "close" not in str(entry.after)
