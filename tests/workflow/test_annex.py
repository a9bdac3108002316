"""The owner drafts the annex, puts versions forward and strikes lines."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from evaltracker.decision.memo.documents import typeset
from evaltracker.decision.models import AnnexLine, ContractTerm
from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.workflow.annex import NOBODY, annex_text, chosen_rows, digest_of_annex
from evaltracker.workflow.services.annex import (
    add_annex_line,
    facts_of,
    promisor,
    put_forward_annex,
    strike_annex_line,
)
from tests.clients import signed_in
from tests.factories import common
from tests.workflow.deciding import decided, in_decision, leave_gap, ready_to_decide
from vendors.models import Candidate, PublishedDocument
from vendors.services.annex import confirm_annex, object_to_annex
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
RIVAL = "Globexmark ML"


@pytest.fixture
def where(db: None) -> Evaluation:
    return decided(RIVAL)[0]


def draft(where: Evaluation) -> str:
    return annex_text(facts_of(promisor(where)))


def put_forward(where: Evaluation) -> PublishedDocument:
    digest = digest_of_annex(draft(where))
    return put_forward_annex(candidate=promisor(where), digest=digest, by=where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_the_draft_quotes_the_vendor_and_names_no_rival(where: Evaluation) -> None:
    ContractTerm.objects.create(
        evaluation=where,
        starts_on=datetime.date(2040, 5, 1),
        looks_after=where.owner,
    )
    text = draft(where)
    assert "P1. R1 " in text
    assert "Said by the vendor, revision 1, " in text
    assert "Tested in the trial: holds." in text
    assert "Due: 2040-05-01." in text
    assert "C1. licence or usage: 91,234 USD, once (noted by the buyer)." in text
    assert "Nothing was said about: set-up, support contract" in text
    for mark in ("Globexmark", "98,765", where.owner.name, "weight"):
        assert mark not in text, mark


def test_an_open_gap_is_a_line_whatever_it_weighs(db: None) -> None:
    _, option = ready_to_decide()
    leave_gap(option, datetime.date(2040, 3, 31))
    text = str(facts_of(option))
    assert "Not reached in three attempts." in text
    assert "2040-03-31" in text
    # Nobody but the vendor promised it, so it is left unsaid.
    assert "Not said by the vendor: R9." in annex_text(facts_of(option))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_open_gap_is_a_line_whatever_it_weighs",
)
def test_a_version_is_frozen_with_its_facts_and_tells_the_contacts(
    where: Evaluation,
) -> None:
    candidate = promisor(where)
    assert candidate.vendor
    add_contact(
        vendor=candidate.vendor,
        name="Zoe",
        email="zoe@vendor.example",
        by=where.owner,
    )
    first = put_forward(where)
    assert (first.kind, first.version) == ("annex", 1)
    assert first.text == annex_text(first.facts)
    assert first.sha256 == digest_of_annex(first.text)
    assert first.facts["lines"][0]["line"] == "P1"
    told = Notice.objects.filter(kind="document_published", subject_id=str(first.pk))
    assert [row.address for row in told] == ["zoe@vendor.example"]
    entry = Entry.objects.get(evaluation=where, action="document.published")
    assert (entry.after["version"], entry.after["sha256"]) == (1, first.sha256)
    with pytest.raises(Refused, match="Nothing has changed since version 1"):
        put_forward(where)
    add_annex_line(candidate=promisor(where), words="Mends\nit.", by=where.owner)
    second = put_forward(where)
    assert second.version == 2
    assert "U1. Mends it.\nDue: no day was said." in second.text
    first.refresh_from_db()
    assert "Mends it." not in first.text


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_what_is_built_has_no_annex",
)
def test_what_was_not_read_is_not_put_forward(where: Evaluation) -> None:
    digest = digest_of_annex(draft(where))
    add_annex_line(candidate=promisor(where), words="Mends it.", by=where.owner)
    with pytest.raises(Stale, match="changed after you opened it"):
        put_forward_annex(candidate=promisor(where), digest=digest, by=where.owner)
    assert not PublishedDocument.objects.filter(kind="annex").exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_open_gap_is_a_line_whatever_it_weighs",
)
def test_a_line_is_struck_with_a_reason_and_taken_in_again(where: Evaluation) -> None:
    need = where.requirements.get(ref="R1")
    about: Any = {"candidate": promisor(where), "by": where.owner}
    with pytest.raises(Refused, match="a line already"):
        add_annex_line(**about, requirement=need)
    strike_annex_line(**about, line="R1", reason="Agreed away.")
    assert "P1." not in draft(where)
    assert "Not said by the vendor: R1" not in draft(where)
    with pytest.raises(Refused, match="no line of the draft"):
        strike_annex_line(**about, line="R1", reason="Again.")
    assert chosen_rows(facts_of(promisor(where))) == ([], ["R1"], [])
    add_annex_line(**about, requirement=need)
    assert "P1. R1 " in draft(where)
    told = Entry.objects.filter(evaluation=where, action__startswith="annex.")
    assert [
        (row.action, row.after.get("reason")) for row in told.order_by("number")
    ] == [("annex.line_struck", "Agreed away."), ("annex.line_added", None)]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_open_gap_is_a_line_whatever_it_weighs",
)
def test_an_undertaking_names_no_rival_and_is_struck_once(where: Evaluation) -> None:
    about: Any = {"candidate": promisor(where), "by": where.owner}
    for words in (" ", f"Does it as {RIVAL} would."):
        with pytest.raises(Invalid):
            add_annex_line(**about, words=words)
    with pytest.raises(Invalid):
        add_annex_line(**about, due_on=datetime.date(2040, 1, 15))
    agreed: Any = {"requirement": where.requirements.get(ref="R1")}
    agreed |= {"words": "Mends it.", "due_on": datetime.date(2040, 1, 15)}
    row = add_annex_line(**about, **agreed)
    assert "U1. Mends it.\nConcerns: R1.\nDue: 2040-01-15." in draft(where)
    # The same words with another day are the same line.
    row = add_annex_line(**about, **agreed | {"due_on": datetime.date(2040, 2, 1)})
    assert draft(where).count("Mends it.") == 1
    assert "Due: 2040-02-01." in draft(where)
    strike_annex_line(**about, line=str(row.pk), reason="Done before.")
    assert "Undertakings" not in draft(where)
    with pytest.raises(Refused, match="no line of the draft"):
        strike_annex_line(**about, line=str(row.pk), reason="Again.")
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        AnnexLine.objects.all().delete()


def test_nobody_else_drafts_it_and_not_before_the_decision(db: None) -> None:
    where, option = in_decision()
    with pytest.raises(Refused, match="once the evaluation is decided"):
        add_annex_line(candidate=option, words="Mends it.", by=where.owner)
    with pytest.raises(Forbidden):
        add_annex_line(candidate=option, words="Mends it.", by=common.noor())
    assert not AnnexLine.objects.filter(candidate=option).exists()


def test_what_is_built_has_no_annex(where: Evaluation) -> None:
    chosen = promisor(where)
    Candidate.objects.filter(pk=chosen.pk).update(
        vendor=None, invited_at=None, kind="build"
    )
    with pytest.raises(Refused) as refused:
        put_forward_annex(candidate=chosen, digest="", by=where.owner)
    assert str(refused.value) == NOBODY
    lead = signed_in(where.owner)
    assert lead.get(f"/admin/e/{where.slug}/annex/").status_code == 409


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_open_gap_is_a_line_whatever_it_weighs",
)
def test_the_page_shows_draft_and_versions(where: Evaluation) -> None:
    lead, home = signed_in(where.owner), f"/admin/e/{where.slug}/annex/"
    page = lead.get(home).content.decode()
    assert "P1. R1 " in page
    assert "not put forward" in page
    version = put_forward(where)
    assert "as put forward" in lead.get(home).content.decode()
    page = lead.get(f"{home}?version=1").content.decode()
    assert version.sha256 in page
    assert "Strike" not in page
    for wrong in ("2", "x", "0", "١"):
        assert lead.get(home, {"version": wrong}).status_code == 404
    assert signed_in(common.noor()).get(home).status_code == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owner_reads_who_confirmed_and_what_was_objected",
)
def test_lines_are_struck_and_versions_put_forward_on_the_page(
    where: Evaluation,
) -> None:
    lead, act, chosen = signed_in(where.owner), "/admin/act/", promisor(where)
    forward = f"{act}put-forward-annex/{chosen.pk}/"
    digest = lead.get(forward).context["form"]["digest"].value()
    lead.post(forward, {"digest": digest})
    assert PublishedDocument.objects.filter(kind="annex").count() == 1
    home = f"/admin/e/{where.slug}/annex/"
    strike = f"{act}strike-annex-line/{chosen.pk}/?line=R1"
    assert strike in lead.get(home).content.decode()
    assert 'value="R1" selected' in lead.get(strike).content.decode()
    lead.post(strike, {"line": "R1", "reason": "Agreed away."})
    page = lead.get(home).content.decode()
    assert "Agreed away." in page
    need = where.requirements.get(ref="R1")
    assert f"add-annex-line/{chosen.pk}/?requirement={need.pk}" in page
    assert lead.post(forward, {"digest": digest}).status_code == 409
    assert PublishedDocument.objects.filter(kind="annex").count() == 1


def test_the_owner_reads_who_confirmed_and_what_was_objected(db: None) -> None:
    where, option = decided()
    candidate = promisor(where)
    assert option.vendor
    told: Any = {"name": "Zoe", "email": "zoe@vendor.example"}
    add_contact(vendor=option.vendor, by=where.owner, **told)
    add_annex_line(candidate=candidate, words="Mends it.", by=where.owner)
    version = put_forward(where)
    said: Any = {"candidate": candidate, "reader": "zoe@vendor.example"}
    said["by"] = Actor(name="Zoe")
    object_to_annex(line="P1", words="Not by then.", **said)
    confirm_annex(sha256=version.sha256, name="Zoe Adler", **said)
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/annex/").content.decode()
    assert "Not by then." in page
    assert "Zoe Adler" in page
    assert "zoe@vendor.example" in page
    assert f"added by {where.owner.name}" in " ".join(page.split())
    assert f"?line={AnnexLine.objects.get().pk}" in page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_open_gap_is_a_line_whatever_it_weighs",
)
def test_the_pdf_has_the_text_and_its_digest(where: Evaluation) -> None:
    version = put_forward(where)
    page = typeset("workflow/annex_print.html", {"document": version})
    assert page.write_pdf(pdf_variant="pdf/ua-1").startswith(b"%PDF")
    lead = signed_in(where.owner)
    got = lead.get(f"/admin/e/{where.slug}/annex.pdf", {"version": "1"})
    assert got["Content-Type"] == "application/pdf"
    assert "no-store" in got["Cache-Control"]
