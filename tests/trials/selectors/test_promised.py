"""Promised dates of an evaluation, and every page that tells of them."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.selectors.ledger import Promised, ledger, promised
from vendors.models import Candidate, Claim
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def acme(db: None) -> Candidate:
    """Asked R1 and R2 in research."""
    where = common.evaluation()
    common.requirement(where, "R1")
    common.requirement(where, "R2")
    vendors.in_research(where)
    return vendors.invited(where)


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def plan(acme: Candidate, days: int, ref: str = "R1") -> None:
    """Plan it for in so many days."""
    asked = acme.evaluation.requirements.get(ref=ref)
    vendors.claim(acme, asked, "planned", available_from=today() + days * DAY)


def let_pass(days: int, *claims: Claim) -> None:
    """Let these claims have been made so many days earlier, with dates as early."""
    for claim in claims or Claim.objects.all():
        Claim.objects.filter(pk=claim.pk).update(
            submitted_at=claim.submitted_at - days * DAY,
            available_from=claim.available_from and claim.available_from - days * DAY,
        )


def of(acme: Candidate) -> list[Promised]:
    return promised(ledger(acme.evaluation))


def test_a_passed_date_slips_by_itself_with_all_its_moves(acme: Candidate) -> None:
    plan(acme, 10)
    let_pass(20)
    plan(acme, 5)
    (one,) = of(acme)
    assert (one.slipped, one.moves, one.days, one.missed) == (False, 1, 15, 1)
    assert one.is_coming
    let_pass(6)
    (one,) = of(acme)
    assert one.slipped
    assert (one.slipped_since, one.missed) == (today(), 2)


def test_on_its_day_it_has_not_slipped_yet(acme: Candidate) -> None:
    plan(acme, 3)
    let_pass(3)
    (one,) = of(acme)
    assert one.date == today()
    assert not one.slipped


def test_proof_keeps_it_and_a_ruling_takes_it_out(acme: Candidate) -> None:
    where = acme.evaluation
    plan(acme, 1, "R1")
    plan(acme, 1, "R2")
    let_pass(9)
    assert [promise.slipped for promise in of(acme)] == [True, True]
    r1, r2 = where.requirements.all()
    rule_not_applicable(candidate=acme, requirement=r2, reason="No", by=where.owner)
    vendors.enter(where, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme, r1.ref), "demo")
    assert [promise.slipped for promise in of(acme)] == [False, False]


def test_the_promise_record_names_what_slipped(acme: Candidate) -> None:
    plan(acme, 1)
    assert ledger(acme.evaluation).of(acme).sums.promises(frozenset()).slipped == ()
    let_pass(9)
    assert ledger(acme.evaluation).of(acme).sums.promises(frozenset()).slipped == (
        "R1",
    )


def read(path: str, user: User) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_effort_pages.py"
    "::test_where_nobody_is_asked_no_page_speaks_of_effort",
)
def test_cell_candidate_and_evaluation_tell_the_story(acme: Candidate) -> None:
    where: Evaluation = acme.evaluation
    page = f"/admin/e/{where.slug}/promised/"
    assert "No date is promised" in read(page, where.owner)
    plan(acme, 10)
    let_pass(20)
    plan(acme, 5)
    let_pass(9)
    r1 = where.requirements.get(ref="R1")
    it = stakeholders.stakeholders(where, "it")["it"].user
    vendors.declare_none(where)
    for path in (
        page,
        f"/admin/candidates/{acme.pk}/",
        f"/admin/cells/{acme.pk}/{r1.pk}/",
    ):
        body = read(path, it)
        for words in (
            "promised <time",
            "15 days later",
            "after the date had passed",
            "slipped since",
        ):
            assert words in body, (path, words)
    assert signed_in(common.noor()).get(page).status_code == 404
    assert signed_in(where.owner).get(f"{page}?x=1").status_code == 400


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_on_its_day_it_has_not_slipped_yet",
)
def test_the_stories_take_one_query_more_than_the_ledger(
    acme: Candidate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    where = acme.evaluation
    for number in range(3):
        one = vendors.invited(where, f"V{number} ML")
        for ref in ("R1", "R2"):
            plan(one, 4, ref)
            plan(one, 9, ref)
    book = ledger(where)
    assert len(book.requirements) == 2
    with django_assert_num_queries(1):
        assert len(promised(book)) == 6
