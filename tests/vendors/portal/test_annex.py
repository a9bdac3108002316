"""The annex of promises in the vendor pages: read, objected to, confirmed."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import DocumentReply
from vendors.services.contacts import add_contact, give_link

pytestmark = pytest.mark.django_db
PRICES = {"currency": "USD", "valid_until": "2040-06-30"}
LICENCE = {"0-kind": "licence", "0-likely": "8484.84"}
NEWER = vendors.ANNEX.replace("2027-01-31", "2027-02-28")


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def page(visitor: Visitor) -> str:
    return f"{visitor.home}annex/"


def shown(visitor: Visitor) -> str:
    text: str = visitor.get(page(visitor)).content.decode()
    return text


def late(inside: Visitor) -> Visitor:
    """A colleague whom nobody named to read the prices."""
    option = inside.link.candidate
    assert option.vendor is not None
    terms: dict[str, Any] = {"vendor": option.vendor, "by": option.evaluation.owner}
    bo = add_contact(name="Bo Lind", email="bo@acme.example", **terms)
    return Visitor(give_link(candidate=option, contact=bo)).sign_in()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_it_is_there_once_it_was_put_forward(inside: Visitor) -> None:
    assert inside.get(page(inside)).status_code == 404
    assert "Annex of promises" not in inside.get().content.decode()
    document = vendors.annex(inside.link.candidate)
    assert f'href="{page(inside)}"' in inside.get().content.decode()
    text = shown(inside)
    assert "8,484.84 USD" in text and document.sha256 in text
    # Quoted words are nobody's line.
    assert [text.count(f'<option value="{line}"') for line in ("P1", "P9")] == [1, 0]
    # Among letters it would be read by those who may not read its costs.
    letter = f"{inside.home}documents/{document.pk}/"
    assert inside.get(letter).status_code == 404
    assert "8,484.84" not in inside.get(f"{inside.home}documents/").content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_it_is_confirmed_once_by_name(inside: Visitor) -> None:
    document = vendors.annex(inside.link.candidate)
    said = {"sha256": document.sha256, "name": "Ada M. Park"}
    for _ in range(2):
        answer = inside.post(page(inside), **said)
        assert (answer.status_code, answer.headers["Location"]) == (302, page(inside))
    receipt = DocumentReply.objects.get(line="")
    assert (receipt.words, receipt.address) == ("Ada M. Park", "ada@acme.example")
    assert receipt.made_by == "Acme (Ada Park)"
    assert "Ada M. Park confirmed version 1" in shown(inside)
    assert "Confirm this version" not in shown(inside)
    told = Entry.objects.get(action="annex.confirmed")
    assert (told.after["version"], told.after["sha256"]) == (1, document.sha256)
    answer = inside.post(page(inside), line="P1", words="No.")
    assert answer.status_code == 409
    assert not DocumentReply.objects.exclude(line="").exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_a_newer_version_is_read_before_it_is_confirmed(inside: Visitor) -> None:
    old = vendors.annex(inside.link.candidate)
    new = vendors.annex(inside.link.candidate, 2, NEWER)
    answer = inside.post(page(inside), sha256=old.sha256, name="Ada")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "There is a newer version." in text
    assert "-Due: 2027-01-31." in text and "+Due: 2027-02-28." in text
    assert not DocumentReply.objects.filter(line="").exists()
    assert inside.post(page(inside), sha256=new.sha256, name="Ada").status_code == 302
    assert DocumentReply.objects.get(line="").document == new


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_what_is_wrong_is_said_beside_its_field(inside: Visitor) -> None:
    document = vendors.annex(inside.link.candidate)
    for said, field in (
        ({"sha256": document.sha256, "name": " "}, "w-name"),
        ({"line": "P7", "words": "No."}, "w-line"),
        ({"line": "P1", "words": ""}, "w-words"),
    ):
        answer = inside.post(page(inside), **said)
        text = answer.content.decode()
        assert answer.status_code == 400
        assert f'id="{field}"' in text
        assert text.count("autofocus") == 1
    answer = inside.post(page(inside), sha256="0" * 64, name="Ada")
    assert answer.status_code == 400
    assert "No version has this SHA-256." in answer.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_an_objection_stands_by_its_line(inside: Visitor) -> None:
    vendors.annex(inside.link.candidate)
    for _ in range(2):
        said = {"line": "P1", "words": "In our own cloud alone."}
        assert inside.post(page(inside), **said).status_code == 302
    assert DocumentReply.objects.get().line == "P1"
    assert "In our own cloud alone." in shown(inside)
    told = Entry.objects.get(action="annex.objected")
    assert (told.after["line"], "cloud" in str(told.after)) == ("P1", False)
    vendors.annex(inside.link.candidate, 2, NEWER)
    assert "In our own cloud alone." not in shown(inside)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_who_may_not_read_the_quote_reads_no_costs(inside: Visitor) -> None:
    assert inside.quote(**PRICES, **LICENCE).status_code == 302
    document = vendors.annex(inside.link.candidate)
    assert inside.post(page(inside), line="C1", words="8,484.84?").status_code == 302
    assert "8,484.84" in shown(inside)
    bo = late(inside)
    text = shown(bo)
    assert "The costs are left out here." in text and document.sha256 in text
    assert "8,484.84" not in text and "Not said by the vendor: R2." in text
    assert bo.post(page(bo), line="C1", words="No.").status_code == 400
    said = {"sha256": document.sha256, "name": "Bo"}
    assert bo.post(page(bo), **said).status_code == 403
    assert not DocumentReply.objects.filter(line="").exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_a_version_without_prices_is_whole_for_everybody(inside: Visitor) -> None:
    inside.quote(**PRICES, **LICENCE)
    bo = late(inside)
    sealed = "Costs\nPrices are not part of this version."
    text = vendors.ANNEX.split("Costs")[0] + sealed + "\n"
    document = vendors.annex(inside.link.candidate, text=text)
    assert "Prices are not part of this version." in shown(bo)
    said = {"sha256": document.sha256, "name": "Bo"}
    assert bo.post(page(bo), **said).status_code == 302


def test_a_rival_finds_nothing(inside: Visitor, where: Evaluation) -> None:
    rival = Visitor(invited(where, "Globex ML", "g@globex.example"))
    document = vendors.annex(rival.link.candidate)
    said = {"sha256": document.sha256, "name": "Ada"}
    assert inside.post(page(inside), inside.home, **said).status_code == 404
    assert inside.get(page(rival)).status_code == 403


def test_nobody_changes_what_was_said(inside: Visitor) -> None:
    document = vendors.annex(inside.link.candidate)
    inside.post(page(inside), line="P1", words="No.")
    inside.post(page(inside), sha256=document.sha256, name="Ada")
    rows = DocumentReply.objects.all()
    assert rows.count() == 2
    for change in (lambda: rows.update(made_by="x"), rows.delete):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            change()
