"""What was asked, answered, shown and tested, beside one's own scores."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from tests.tiers import by_tier
from tests.trials.admin.scoring import address, give, of, part, scoring
from trials.services.scores import lock_scores
from vendors.models import Candidate, Conflict
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
MOST_QUERIES = 60


@pytest.fixture
def where(db: None) -> Evaluation:
    return scoring()


def page(where: Evaluation, name: str = "Acme ML", category: str = "Training") -> str:
    """What Elif reads."""
    elif_ = signed_in(stakeholders.holder("engineering"))
    answer = elif_.get(address(where, name, category))
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_was_asked_answered_and_shown_stands_beside_the_score(
    where: Evaluation,
) -> None:
    body = page(where)
    for words in (
        "What R1 asks for",
        "Ask for the second run.",
        "We do that on every cluster.",
        "shown: partly",
        "Only one cluster",
        "My own thought",
        "Not tested yet.",
        "Not shown and not tested yet.",
    ):
        assert words in body, words
    assert body.index("What R1 asks for") < body.index("What R2 asks for")
    for words in ("What S1 asks for", "Planned by Globex.", "Ivan&#x27;s thought"):
        assert words not in body, words


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_an_interest_bars_from_every_answer",
)
def test_a_verdict_on_an_earlier_answer_and_a_trial_say_so(where: Evaluation) -> None:
    acme = where.candidates.get(name="Acme ML")
    vendors.enter(where, "trials")
    acme.evaluation.refresh_from_db()
    trials.trial(acme, "R1", "R2")
    trials.verdict(trials.claim_of(acme), "trial", note="Ran for a week")
    trials.verdict(
        trials.claim_of(acme, "R2"), "trial", runner="vendor", data="vendor", note="Own"
    )
    vendors.enter(where, "research")
    acme.evaluation.refresh_from_db()
    vendors.claim(acme, where.requirements.get(ref="R1"), statement="Reworded.")
    vendors.enter(where, "trials")
    body = page(where)
    assert "tested: holds" in body
    assert "Ran for a week" in body
    assert body.count("on an earlier answer") == 2
    assert "Reworded." in body
    assert "We do that on every cluster." in body  # of the other requirement
    # A trial that the vendor ran on its own data shows, and tests nothing.
    assert "shown: holds" in body


def test_the_owners_words_stand_for_the_scores(where: Evaluation) -> None:
    scale = [f"Meaning of {value}" for value in range(6)]
    Evaluation.objects.filter(pk=where.pk).update(scale=scale)
    body = page(where)
    assert all(f'title="{value}: {scale[value]}"' in body for value in range(6))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owners_words_stand_for_the_scores",
)
def test_beside_the_sheet_stands_the_first_that_is_to_give(where: Evaluation) -> None:
    give(where, "Acme ML", "Training", 3)
    elif_ = signed_in(stakeholders.holder("engineering"))
    body = elif_.get(f"/admin/e/{where.slug}/scores/").content.decode()
    assert 'aria-label="On file: Training of Globex ML"' in body
    elsewhere = f"/admin/e/{where.slug}/scores/?at=x.y.z"
    assert "On file: Training of Globex ML" in elif_.get(elsewhere).content.decode()


def test_nothing_is_on_file_for_who_gives_no_score(where: Evaluation) -> None:
    for user in (where.owner, stakeholders.holder("it")):
        body = signed_in(user).get(address(where, "Acme ML", "Training")).text
        assert "My own thought" not in body
        assert of(where, "Acme ML", "Training") not in body
    lock_scores_of(where)
    assert "On file" not in page(where)


def lock_scores_of(where: Evaluation) -> None:
    give(where, "Acme ML", "Training", 3)
    elif_ = stakeholders.holder("engineering")
    lock_scores(stakeholder=part(where), by=elif_)


def test_others_scores_stay_sealed_beside_the_evidence(where: Evaluation) -> None:
    give(where, "Acme ML", "Training", 1, role="it", reason="A telling reason")
    lock_scores(stakeholder=part(where, "it"), by=stakeholders.holder("it"))
    assert "A telling reason" not in page(where)


def test_an_interest_bars_from_every_answer(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    acme: Candidate = where.candidates.get(name="Acme ML")
    declare_conflict(candidate=acme, has_interest=True, statement="Shares", by=elif_)
    answer = signed_in(elif_).get(address(where, "Globex ML", "Training"))
    assert "Planned by Globex." not in answer.content.decode()


def test_who_has_not_declared_is_asked_first(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    Conflict.objects.filter(person=elif_).delete()
    answer = signed_in(elif_).get(address(where, "Acme ML", "Training"))
    assert answer.status_code == 302
    assert "declare-interests" in answer.headers["Location"]


@pytest.mark.parametrize(
    "many",
    by_tier(
        8,
        60,
        reason="as many as there may be; each push reads eight",
    ),
)
def test_many_requirements_are_read_as_often_as_two(many: int) -> None:
    read = []
    for number in (2, many):
        where = scoring(requirements=number)
        page(where)
        elif_ = signed_in(stakeholders.holder("engineering"))
        with CaptureQueriesContext(connection) as caught:
            answer = elif_.get(address(where, "Acme ML", "Training"))
        assert answer.content.decode().count("claimed: now") == number
        read.append(len(caught))
    assert read[0] == read[1] < MOST_QUERIES, read
