"""Earlier answers of the same contact become drafts, where nothing is said yet."""

import datetime
from typing import Any

import pytest

from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.requirements.services.scopes import add_list, demand
from tests.factories import common, vendors
from tests.measures.cases import measured
from tests.vendors.door import case
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import AnswerDraft, Candidate, Claim, InvitationLink
from vendors.selectors.claims import folded
from vendors.services.contacts import add_contact, give_link

TEXT = "Restarts a failed job."


@pytest.fixture
def here(db: None) -> Evaluation:
    """Asks as R2 what the other evaluation asks as R9."""
    where = common.evaluation(title="A platform")
    common.requirement(where, "R1", "must", text="Runs R 4.")
    common.requirement(where, "R2", "must", text="restarts  a failed job")
    return vendors.in_research(where)


@pytest.fixture
def a(here: Evaluation) -> Visitor:
    return Visitor(invited(here))


@pytest.fixture
def earlier(a: Visitor) -> Candidate:
    """The same contact's invitation to evaluation X."""
    x = common.evaluation(title="Evaluation X")
    common.requirement(x, "R9", "must", text=TEXT)
    option = vendors.candidate(vendors.in_research(x), "Acme X")
    return vendors.invite(candidate=option, contacts=[a.link.contact], by=x.owner)


def answered(option: Candidate, availability: str = "now", **words: Any) -> Claim:
    need = option.evaluation.requirements.get(ref="R9")
    return vendors.claim(option, need, availability, **words).claim


def used(visitor: Visitor) -> dict[str, dict[str, Any]]:
    """The drafts by ref, once the earlier answers were looked at and used."""
    page = f"{visitor.home}earlier/"
    assert visitor.post(page, visitor.home).status_code == 302
    rows = AnswerDraft.objects.filter(candidate=visitor.link.candidate)
    return {row.requirement.ref: row.typed for row in rows}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_o6_never_over_what_is_there",
)
def test_o3_they_are_looked_at_first_and_nothing_is_handed_in(
    a: Visitor, earlier: Candidate
) -> None:
    expected = case("O3")["expected"]
    answered(earlier, statement="By itself.", evidence_url="https://acme.example/")
    a.sign_in()
    assert "Use your earlier answers" in a.get().content.decode()
    look = " ".join(a.get(f"{a.home}earlier/").content.decode().split())
    assert "1 blank answer can be filled" in look
    assert "as you answered it in “Evaluation X”" in look
    assert not AnswerDraft.objects.exists()
    before = Entry.objects.count(), Notice.objects.count()
    drafts = used(a)
    assert {ref: row["availability"] for ref, row in drafts.items()} == (
        expected["drafts"]
    )
    assert drafts["R2"]["statement"] == "By itself."
    assert drafts["R2"]["evidence_url"] == "https://acme.example/"
    own = Claim.objects.filter(candidate=a.link.candidate)
    assert own.count() == expected["handed_in"]
    assert (Entry.objects.count(), Notice.objects.count()) == before
    assert "Use your earlier answers" not in a.get().content.decode()
    assert a.post(f"{a.home}hand-in/").status_code == 302
    assert own.get().availability == "now"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_link_at_a_former_address_was_another_persons",
)
def test_o4_what_only_a_colleague_had_a_link_to_fills_nothing(
    a: Visitor, earlier: Candidate
) -> None:
    answered(earlier)
    vendor, owner = a.link.vendor, earlier.evaluation.owner
    b = add_contact(vendor=vendor, name="B", email="b@acme.example", by=owner)
    late = Visitor(give_link(candidate=a.link.candidate, contact=b)).sign_in()
    assert used(late) == case("O4")["expected"]["drafts"]
    assert "Use your earlier answers" not in late.get().content.decode()
    assert set(used(a.sign_in())) == {"R2"}


def test_a_link_at_a_former_address_was_another_persons(
    a: Visitor, earlier: Candidate
) -> None:
    answered(earlier)
    theirs = InvitationLink.objects.filter(candidate=earlier)
    assert theirs.update(address="former@acme.example") == 1
    assert used(a.sign_in()) == {}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_changed_addresses.py"
    "::test_q30_a_cookie_of_before_the_change_reads_no_price",
)
def test_a_rival_with_the_same_words_fills_nothing(
    a: Visitor, earlier: Candidate
) -> None:
    invited(earlier.evaluation, "Globex X", "bid@globex.example")
    theirs = Candidate.objects.get(name="Globex X")
    answered(theirs, statement="A rival's words.")
    a.sign_in()
    assert "rival" not in a.get(f"{a.home}earlier/").content.decode()
    assert used(a) == {}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_o5_a_day_that_passed_stays_blank_with_a_remark(
    a: Visitor, earlier: Candidate
) -> None:
    expected = case("O5")["expected"]
    today = datetime.datetime.now(datetime.UTC).date()
    answered(earlier, "planned", available_from=today + datetime.timedelta(days=9))
    passed = today - datetime.timedelta(days=2)
    Claim.objects.filter(candidate=earlier).update(available_from=passed)
    a.sign_in()
    assert expected["remark"] in a.get(f"{a.home}earlier/").content.decode()
    draft = used(a)["R2"]
    for name, value in expected["drafts"]["R2"].items():
        assert draft[name] == value
    page = f"{a.home}answer/R2/"
    assert expected["remark"] in a.get(page).content.decode()
    a.post(page, version="1", availability="planned", then="stay")
    assert expected["remark"] not in a.get(page).content.decode()


def test_o6_never_over_what_is_there(a: Visitor, earlier: Candidate) -> None:
    answered(earlier)
    a.sign_in()
    a.post(f"{a.home}answer/R2/", version="0", availability="beta", statement="Mine.")
    before = {row.requirement.ref: row.typed for row in AnswerDraft.objects.all()}
    after = used(a)
    assert before
    found = "unchanged" if after == before else after
    assert found == case("O6")["expected"]["drafts"]
    a.post(f"{a.home}hand-in/")
    assert used(a) == {}


def test_other_values_and_numbers_stay_blank(
    a: Visitor, earlier: Candidate, here: Evaluation
) -> None:
    where = earlier.evaluation
    for place, ref, names in (
        (where, "R9", ["Rome", "Oslo", "Bern"]),
        (here, "R2", ["Rome"]),
    ):
        sites = add_list(evaluation=place, name="Sites", values=names, by=place.owner)
        need = place.requirements.get(ref=ref)
        demand(requirement=need, scopes=[sites], by=place.owner)
    measured(where.requirements.get(ref="R9"))
    said = [
        {"values": {"Sites": ["Rome", "Oslo"]}, "availability": "now"},
        {"values": {"Sites": ["Bern"]}, "availability": "never"},
    ]
    answered(earlier, holds_for=said, number={"value": "3", "unit": "ms"})
    draft = used(a.sign_in())["R2"]
    assert draft["holds_for"] == ['["Sites", "Rome"]']
    assert draft["own_answers"] == ""
    assert "number" not in draft
    assert draft["left"] == ["number", "values"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_link_at_a_former_address_was_another_persons",
)
def test_the_newest_answer_to_the_same_words_counts(
    a: Visitor, earlier: Candidate
) -> None:
    answered(earlier, "beta")
    y = common.evaluation(title="Evaluation Y")
    common.requirement(y, "R9", "must", text=f"{TEXT}!")
    option = vendors.candidate(vendors.in_research(y), "Acme Y")
    vendors.invite(candidate=option, contacts=[a.link.contact], by=y.owner)
    newer = answered(option, "never")
    when = newer.submitted_at + datetime.timedelta(days=1)
    Claim.objects.filter(candidate=earlier).update(submitted_at=when)
    assert used(a.sign_in())["R2"]["availability"] == "beta"


def test_only_case_blanks_and_punctuation_are_folded() -> None:
    assert folded(" Restarts  a “failed” job. ") == folded("restarts a failed job")
    assert folded("On-call: yes?") == folded("on call, yes")
    apart = ("Up to 1.5 s", "Up to 15 s", "Up to -15 s", "C# 15", "C 15", "C++ 15")
    assert len({folded(text) for text in apart}) == len(apart)
