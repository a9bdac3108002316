"""In which language and formats a contact reads the vendor pages."""

import re
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from tests.vendors.door import case
from tests.vendors.portal.visitor import TOKEN, Visitor, committed

SWISS = "fr-CH, fr;q=0.9, en;q=0.8"


def with_browser(ada: Visitor, asks_for: str) -> Visitor:
    """Her link in a browser that asks for these languages."""
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": asks_for})
    return Visitor(ada.link, browser)


def language_of(page: Any) -> str:
    """What the page says of itself."""
    found = re.search(r'<html lang="([^"]*)">', page.content.decode())
    assert found
    return found[1]


def choose(visitor: Visitor, language: str, page: str) -> Any:
    """Press one of the buttons in the header of that page."""
    shown = visitor.get(page).content.decode()
    form = re.search(r'action="([^"]*/language/)"', shown)
    assert form
    return press(visitor, form[1], page, language, f"http://testserver{page}")


def press(visitor: Visitor, action: str, page: str, language: str, here: str) -> Any:
    """The same, by a browser that says it was `here`."""
    token = TOKEN.search(visitor.get(page).content.decode())
    assert token
    sent = {"csrfmiddlewaretoken": token[1], "language": language}
    with committed():
        return visitor.browser.post(action, sent, headers={"Referer": here})


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_d1_the_browser_says_it_until_somebody_chooses(ada: Visitor) -> None:
    expected = case("D1")["expected"]
    visitor = with_browser(ada, SWISS)
    page = visitor.get(visitor.start)
    assert language_of(page) == expected["html_lang"]
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    visitor.sign_in()
    ada.link.contact.refresh_from_db()
    assert ada.link.contact.language == expected["formats"].lower()


def test_d2_what_was_chosen_beats_the_browser(ada: Visitor) -> None:
    expected = case("D2")["expected"]
    visitor = with_browser(ada, SWISS)
    answer = choose(visitor, "de", visitor.start)
    assert answer["Location"] == visitor.start
    visitor.sign_in()
    assert language_of(visitor.get()) == expected["html_lang"]
    ada.link.contact.refresh_from_db()
    assert ada.link.contact.language == expected["Contact.language"]


def test_d4_who_asks_for_no_language_of_ours_reads_the_evaluations(
    ada: Visitor, where: Evaluation
) -> None:
    expected = case("D4")["expected"]["html_lang"]
    visitor = with_browser(ada, "pl, ja")
    assert language_of(visitor.get(visitor.start)) == expected.split()[0]
    Evaluation.objects.filter(pk=where.pk).update(vendor_language="fr")
    assert language_of(visitor.get(visitor.start)) == "fr"
    visitor.sign_in()
    ada.link.contact.refresh_from_db()
    assert ada.link.contact.language == ""
    assert language_of(visitor.get()) == "fr"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_d2_what_was_chosen_beats_the_browser",
)
def test_a_choice_goes_with_the_contact_into_every_browser(ada: Visitor) -> None:
    visitor = Visitor(ada.link).sign_in()
    page = f"{visitor.home}people/"
    assert choose(visitor, "fr", page)["Location"] == page
    assert language_of(visitor.get(page)) == "fr"
    elsewhere = with_browser(ada, "de").sign_in()
    assert language_of(elsewhere.get()) == "fr"
    # Also where nobody is signed in, who chose it reads on in it.
    visitor.post(f"{visitor.home}sign-out/", page=visitor.home)
    assert language_of(visitor.get()) == "fr"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_a_session_ends_by[removed]",
)
def test_who_chooses_german_in_a_swiss_browser_keeps_the_formats(ada: Visitor) -> None:
    visitor = with_browser(ada, "de-CH").sign_in()
    choose(visitor, "fr", visitor.home)
    choose(visitor, "de", visitor.home)
    ada.link.contact.refresh_from_db()
    assert ada.link.contact.language == "de-ch"


def test_a_choice_leads_back_to_these_pages_alone(ada: Visitor) -> None:
    for here in ("https://evil.example//evil.example/", "x", ""):
        answer = press(ada, "/vendor/language/", ada.start, "de", here)
        assert answer["Location"] == "/vendor/", here


def test_a_language_that_is_not_offered_is_not_there(ada: Visitor) -> None:
    answer = ada.post("/vendor/language/", page=ada.start, language="pl")
    assert answer.status_code == 404
