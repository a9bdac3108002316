"""Scores: blind on every page until they are opened."""

import pytest

from evaltracker.evaluations.models import Evaluation, User
from tests.acting import act
from tests.clients import auditing, signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.admin.score_sheets import ScoredCell
from trials.models import Score
from trials.services.scores import give_score
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
WHY = "A telling reason"


@pytest.fixture
def acme(db: None) -> Candidate:
    """Scored 4 by Ivan of IT, who said why."""
    where = trials.platform("must")
    option = trials.claimed(where)
    vendors.enter(where, "demos")
    give(option, stakeholders.holder("it"))
    return option


def give(option: Candidate, user: User, value: int = 4) -> Score:
    where = option.evaluation
    return give_score(
        stakeholder=where.stakeholders.get(user=user),
        candidate=option,
        category=where.categories.get(),
        value=value,
        reason=WHY,
        by=user,
    )


def page(where: Evaluation, user: User) -> str:
    answer = signed_in(user).get(f"/admin/e/{where.slug}/scores/")
    assert answer.status_code == 200
    return answer.content.decode()


def part(option: Candidate, role: str) -> object:
    return option.evaluation.stakeholders.get(user=stakeholders.holder(role))


def names(option: Candidate) -> tuple[str, str]:
    pair = f"{option.pk}-{option.evaluation.categories.get().pk}"
    return f"v-{pair}", f"r-{pair}"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_score_page.py"
    "::test_the_owners_words_stand_for_the_scores",
)
def test_nobody_reads_anothers_score_before_it_is_open(acme: Candidate) -> None:
    where = acme.evaluation
    for user in (where.owner, stakeholders.holder("pm")):
        assert WHY not in page(where, user)
    assert WHY in page(where, stakeholders.holder("it"))
    for user in (where.owner, stakeholders.holder("pm")):
        listed = signed_in(auditing(user)).get("/admin/trials/score/").content.decode()
        assert str(Score.objects.get().pk) not in listed
        assert "You see your own scores" in listed
    assert WHY not in page(where, common.otto())
    url = f"/admin/e/{where.slug}/scores/"
    assert signed_in(common.noor()).get(url).status_code == 404


def test_a_sheet_is_filled_in_and_blank_is_not_zero(acme: Candidate) -> None:
    value, reason = names(acme)
    pm = stakeholders.holder("pm")
    mine = part(acme, "pm")
    assert act("give-scores", mine, pm, **{value: "", reason: ""}) == 302
    assert Score.objects.count() == 1
    assert act("give-scores", mine, pm, **{value: "6"}) == 400
    assert act("give-scores", mine, pm, **{value: "0", reason: "No"}) == 302
    assert Score.objects.get(sheet__stakeholder__user=pm).value == 0
    assert act("give-scores", mine, pm, **{value: "3", reason: " "}) == 400
    assert act("give-scores", mine, pm, **{value: "", reason: "No"}) == 302
    assert not Score.objects.filter(sheet__stakeholder__user=pm).exists()
    assert act("give-scores", mine, stakeholders.holder("it"), **{value: "5"}) == 403
    assert act("give-scores", mine, acme.evaluation.owner, **{value: "5"}) == 403


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_locking_shows_the_others_and_ends_ones_own(acme: Candidate) -> None:
    pm, where = stakeholders.holder("pm"), acme.evaluation
    mine, (value, reason) = part(acme, "pm"), names(acme)
    assert act("lock-scores", mine, pm) == 409
    give(acme, pm, 1)
    asked = signed_in(pm).get(f"/admin/act/lock-scores/{mine.pk}/")  # type: ignore[attr-defined]
    assert "no way back" in asked.content.decode()
    assert act("lock-scores", mine, pm) == 302
    assert act("give-scores", mine, pm, **{value: "5", reason: "Now"}) == 409
    body = page(where, pm)
    assert "20%" in body  # The locked 1 of 5; Ivan's 4 is his until he locks.
    assert "Ivan: " not in body
    it = stakeholders.holder("it")
    assert act("lock-scores", part(acme, "it"), it) == 302
    body = page(where, pm)
    assert "Ivan: " in body
    assert "far apart" in body
    assert "50%" in body
    assert "2 of 5 scored" in body


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_the_consensus_opens_everything_and_is_closed_with_an_outcome(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    assert act("open-consensus", where, stakeholders.holder("pm")) == 403
    assert act("open-consensus", where, where.owner) == 302
    assert act("open-consensus", where, where.owner) == 409
    assert "80%" in page(where, where.owner)
    assert WHY in page(where, stakeholders.holder("pm"))
    assert act("close-scores", where, where.owner, outcome="We agree") == 409
    vendors.enter(where, "decision")
    assert act("close-scores", where, where.owner) == 400
    assert act("close-scores", where, where.owner, outcome="We agree") == 302
    assert "We agree" in page(where, where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_score_page.py"
    "::test_nothing_is_on_file_for_who_gives_no_score",
)
def test_what_is_far_apart_is_settled_with_a_reason(acme: Candidate) -> None:
    where, pm = acme.evaluation, stakeholders.holder("pm")
    give(acme, pm, 1)
    act("open-consensus", where, where.owner)
    cell = ScoredCell(acme, where.categories.get())
    assert "1 is far apart" in page(where, where.owner)
    form = signed_in(where.owner).get(f"/admin/act/settle-score/{cell.pk}/")
    assert '<option value="2.5" selected>' in form.content.decode()
    vendors.enter(where, "decision")
    assert act("close-scores", where, where.owner, outcome="We agree") == 409
    words = {"value": "3.5", "reason": "Priya saw half of it."}
    assert act("settle-score", cell, pm, **words) == 403
    assert act("settle-score", cell, where.owner, value="3.2", reason="x") == 400
    assert act("settle-score", cell, where.owner, value="3.5") == 400
    assert act("settle-score", cell, where.owner, **words) == 302
    body = page(where, pm)
    assert "Priya saw half of it." in body
    assert "70%" in body
    assert "median 2.5" in body
    assert act("settle-score", cell, common.noor(), **words) == 404
    assert act("close-scores", where, where.owner, outcome="We agree") == 302
    assert act("settle-score", cell, where.owner, **words) == 409


def test_an_interest_bars_from_the_sheet(acme: Candidate) -> None:
    pm = stakeholders.holder("pm")
    mine = acme.evaluation.stakeholders.get(user=pm)
    declare_conflict(candidate=acme, has_interest=True, statement="Shares", by=pm)
    form = signed_in(pm).get(f"/admin/act/give-scores/{mine.pk}/")
    assert form.status_code == 403
    assert "You declared a conflict of interest in Acme ML." in form.text
    assert names(acme)[0] not in form.text


def test_scores_are_dots_and_what_is_far_apart_says_so(acme: Candidate) -> None:
    where, pm = acme.evaluation, stakeholders.holder("pm")
    give(acme, pm, 1)
    assert "ch-point" not in page(where, pm)  # blind until both are locked
    act("open-consensus", where, where.owner)
    body = page(where, where.owner)
    assert body.count('class="ch-point"') == 2
    assert ">far apart, 1 to 4</text>" in body
    assert "1 far apart" in body
    vendors.enter(where, "decision")
    words = {"value": "3.5", "reason": "Priya saw half of it."}
    act("settle-score", ScoredCell(acme, where.categories.get()), where.owner, **words)
    body = page(where, where.owner)
    assert ">far apart, 1 to 4, settled at 3.5</text>" in body
    assert "worth a talk now" not in body
