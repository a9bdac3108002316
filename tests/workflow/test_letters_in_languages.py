"""A letter is in the language that is chosen when it is published, and keeps it."""

import gettext
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from evaltracker.decision.models import Letter
from evaltracker.decision.services.letters import (
    REASON_ASKED,
    send_letter,
    write_letter,
)
from evaltracker.decision.services.promise_checks import publish_promises
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import decide
from tests.clients import signed_in
from tests.vendors import mails
from tests.vendors.languages.pseudo import LANGUAGE, write_catalogue
from tests.workflow.deciding import decided, ready_to_decide
from vendors.models import Contact, PublishedDocument
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
RIVAL = "Globexmark ML"


@pytest.fixture(autouse=True)
def pseudo(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """What is translated stands between marks, in one language."""
    write_catalogue(tmp_path)
    settings.LOCALE_PATHS = [str(tmp_path)]
    yield
    gettext._translations.clear()  # type: ignore[attr-defined]


def of(name: str) -> Letter:
    return Letter.objects.get(candidate__name=name)


def al(letter: Letter) -> Contact:
    vendor, owner = letter.candidate.vendor, letter.candidate.evaluation.owner
    assert vendor is not None
    return add_contact(vendor=vendor, name="Al", email="al@acme.example", by=owner)


def untranslated(text: str) -> list[str]:
    """Its lines without a word of the catalogue, but for who signs."""
    *parts, _signed = text.split("\n\n")
    lines = (line for part in parts for line in part.split("\n"))
    return [line for line in lines if "⟦" not in line and line != REASON_ASKED]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_another_language_is_chosen_when_it_is_published_and_kept",
)
def test_it_is_drafted_in_the_language_of_the_evaluation() -> None:
    where, _ = ready_to_decide(RIVAL)
    Evaluation.objects.filter(pk=where.pk).update(vendor_language=LANGUAGE)
    where.refresh_from_db()
    decide(evaluation=where, by=where.owner)
    for name in ("Acme ML", RIVAL):
        letter = of(name)
        assert letter.language == LANGUAGE
        assert untranslated(letter.text) == []
    assert REASON_ASKED in of(RIVAL).text


def test_another_language_is_chosen_when_it_is_published_and_kept() -> None:
    where, _ = decided(RIVAL)
    letter = of("Acme ML")
    assert (letter.language, "⟦" in letter.text) == ("en", False)
    reader, client = al(letter), signed_in(where.owner)
    page = f"/admin/act/send-letter/{letter.pk}/"
    form = {"contacts": reader.pk, "language": LANGUAGE}
    assert "⟦" in client.post(page, {**form, "preview": "1"}).content.decode()
    assert of("Acme ML").language == "en"
    assert client.post(page, form).status_code == 302
    letter, document = of("Acme ML"), PublishedDocument.objects.get()
    assert letter.language == document.language == LANGUAGE
    assert untranslated(letter.text) == []
    assert document.text == letter.text
    mail = mails.read(mails.owed("decision_letter")[0])
    assert mail.subject.startswith("⟦Our decision on your bid to ⟧Example Foods")
    # Once it was sent, nothing changes it, nor is a language asked for.
    assert b'name="language"' not in client.get(page).content
    record = publish_promises(letter=letter, by=where.owner)
    assert (record.language, untranslated(record.text)) == (LANGUAGE, [])


def test_words_that_the_owner_changed_stay() -> None:
    where, _ = decided(RIVAL)
    letter = of(RIVAL)
    draft: dict[str, Any] = {"letter": letter, "by": where.owner}
    letter = write_letter(text=letter.text, language=LANGUAGE, **draft)
    assert "⟦" in letter.text
    text = letter.text.replace(REASON_ASKED, "Zu spät.")
    assert write_letter(text=text, language=LANGUAGE, **draft).text == text
    send_letter(letter=of(RIVAL), contacts=[al(letter)], language="fr", by=where.owner)
    assert (of(RIVAL).language, of(RIVAL).text) == ("fr", text)


def test_no_letter_speaks_of_visits_and_rounds() -> None:
    decided(RIVAL)
    for letter in Letter.objects.all():
        assert letter.text.startswith("Thank you for the time and work")
        for word in ("visit", "round", "The decision of"):
            assert word not in letter.text
