"""One score with what was asked, answered, shown and tested beside it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation
from tests.acting import act
from tests.cast import common, stakeholders, trials, vendors
from tests.clients import signed_in
from tests.trials.admin.scoring import address, give, of, part, scoring
from trials.models import Score
from trials.services.scores import lock_scores
from vendors.models import Candidate, Conflict
from vendors.services.candidates import declare_conflict, eliminate

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


def mine(where: Evaluation) -> dict[str, int]:
    """Elif's scores by candidate and category."""
    rows = Score.objects.filter(sheet__stakeholder=part(where))
    return {f"{row.candidate}, {row.category}": row.value for row in rows}


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
    assert "worst" in page(where)
    scale = [f"Meaning of {value}" for value in range(6)]
    Evaluation.objects.filter(pk=where.pk).update(scale=scale)
    body = page(where)
    assert all(meaning in body for meaning in scale)
    assert "worst" not in body


def test_it_is_saved_and_leads_on_to_the_next_that_is_to_give(
    where: Evaluation,
) -> None:
    elif_ = signed_in(stakeholders.holder("engineering"))
    here, onwards = (
        address(where, "Acme ML", "Training"),
        address(where, "Globex ML", "Training"),
    )
    assert f'value="{onwards}"' in page(where)
    given = {"value": "4", "reason": "Seen", "next": [here, onwards]}
    answer = elif_.post(here, given)
    assert answer.headers["Location"] == onwards
    assert mine(where) == {"Acme ML, Training": 4}
    body = page(where)
    assert "1 of 4" in body
    assert "Saved" in body
    give(where, "Globex ML", "Training", 2)
    give(where, "Globex ML", "Security", 2)
    # The last one leads back to what was left out, and then to all of them.
    assert f'value="{address(where, "Acme ML", "Security")}"' in page(
        where, "Globex ML", "Security"
    )
    give(where, "Acme ML", "Security", 2)
    assert "Save and see all" in page(where)


def test_nothing_is_saved_without_a_score_or_a_reason(where: Evaluation) -> None:
    elif_ = signed_in(stakeholders.holder("engineering"))
    for form, sentence in (
        ({"reason": "Seen"}, "Choose a score from 0 to 5."),
        ({"value": "4", "reason": " "}, "Say why you give this score."),
        ({"value": "6", "reason": "Seen"}, "Select a valid choice"),
    ):
        answer = elif_.post(address(where, "Acme ML", "Training"), form)
        body = answer.content.decode()
        assert answer.status_code == 400
        assert sentence in body
        assert "We do that on every cluster." in body
    assert mine(where) == {}


def test_a_score_is_taken_back_until_it_is_locked(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    cell = of(where, "Acme ML", "Training")
    assert act("withdraw-score", cell, elif_) == 409
    give(where, "Acme ML", "Training", 3)
    assert act("withdraw-score", cell, stakeholders.holder("it")) == 403
    assert act("withdraw-score", cell, elif_) == 302
    assert mine(where) == {}
    give(where, "Acme ML", "Training", 3)
    lock_scores(stakeholder=part(where), by=elif_)
    assert act("withdraw-score", cell, elif_) == 409
    assert act("give-score", cell, elif_, value="5", reason="Now") == 409
    assert mine(where) == {"Acme ML, Training": 3}


def test_it_is_nobody_elses(where: Evaluation) -> None:
    cell = of(where, "Acme ML", "Training")
    for user in (where.owner, stakeholders.holder("it")):
        assert signed_in(user).get(f"/admin/act/give-score/{cell}/").status_code == 403
    assert act("give-score", cell, common.noor(), value="5", reason="x") == 404
    elif_ = signed_in(stakeholders.holder("engineering"))
    first, candidate, _ = cell.split(".")
    other = common.evaluation(title="Another")
    elsewhere = common.category(other, "Elsewhere").pk
    for key in (f"{first}.{candidate}.{elsewhere}", f"{first}.{candidate}", "x.y.z"):
        assert elif_.get(f"/admin/act/give-score/{key}/").status_code == 404


def test_others_scores_stay_sealed_beside_the_evidence(where: Evaluation) -> None:
    give(where, "Acme ML", "Training", 1, role="it", reason="A telling reason")
    lock_scores(stakeholder=part(where, "it"), by=stakeholders.holder("it"))
    assert "A telling reason" not in page(where)


def test_an_interest_bars_from_every_score_and_answer(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    acme: Candidate = where.candidates.get(name="Acme ML")
    declare_conflict(candidate=acme, has_interest=True, statement="Shares", by=elif_)
    cell = of(where, "Acme ML", "Training")
    assert act("give-score", cell, elif_, value="5", reason="Mine") == 403
    rival = address(where, "Globex ML", "Training")
    answer = signed_in(elif_).get(rival)
    assert answer.status_code == 403
    assert "You declared a conflict of interest in Acme ML." in answer.content.decode()
    assert "Planned by Globex." not in answer.content.decode()
    cell = of(where, "Globex ML", "Training")
    assert act("give-score", cell, elif_, value="5", reason="Fair") == 403


def test_who_has_not_declared_is_asked_first(where: Evaluation) -> None:
    elif_ = stakeholders.holder("engineering")
    Conflict.objects.filter(person=elif_).delete()
    answer = signed_in(elif_).get(address(where, "Acme ML", "Training"))
    assert answer.status_code == 302
    assert "declare-interests" in answer.headers["Location"]


def test_an_eliminated_candidate_is_not_scored(where: Evaluation) -> None:
    acme: Candidate = where.candidates.get(name="Acme ML")
    eliminate(candidate=acme, reason="Too dear.", by=where.owner)
    cell = of(where, "Acme ML", "Training")
    elif_ = stakeholders.holder("engineering")
    assert act("give-score", cell, elif_, value="5", reason="Late") == 409


def test_back_in_requirements_no_answer_is_shown(where: Evaluation) -> None:
    vendors.enter(where, "requirements")
    body = page(where)
    assert "We do that on every cluster." not in body
    assert "once the requirements stage is over" in body


def test_the_list_leads_to_the_evidence_of_each_score(where: Evaluation) -> None:
    elif_ = signed_in(stakeholders.holder("engineering"))
    give(where, "Acme ML", "Training", 3)
    body = elif_.get(f"/admin/e/{where.slug}/scores/").content.decode()
    # The button leads to the first that is missing, each name to its own.
    assert body.count(address(where, "Globex ML", "Training")) == 2
    assert body.count(address(where, "Acme ML", "Training")) == 1


def test_sixty_requirements_are_read_as_often_as_two() -> None:
    read = []
    for number in (2, 60):
        where = scoring(requirements=number)
        page(where)
        elif_ = signed_in(stakeholders.holder("engineering"))
        with CaptureQueriesContext(connection) as caught:
            answer = elif_.get(address(where, "Acme ML", "Training"))
        assert answer.content.decode().count("claimed: now") == number
        read.append(len(caught))
    assert read[0] == read[1] < MOST_QUERIES, read
