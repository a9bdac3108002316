"""Draws are kept by what they were drawn of; a page shows the last and never waits."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.decision.memo.results import draw_all
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.models import KeptDraws
from evaltracker.decision.services import draws
from evaltracker.decision.services.draws import (
    evaluations_with_stale_draws,
    keep_draws,
    keep_moved_draws,
)
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.processes import CHORES
from evaltracker.workflow.services.stages import compile_memo
from stakeholders.models import Role, SignOffRule
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.workflow.comparing import another, page, spoken
from tests.workflow.deciding import in_decision

pytestmark = pytest.mark.django_db


def body_of(where: Evaluation) -> str:
    return signed_in(where.owner).get(page(where)).content.decode()


def compared() -> Evaluation:
    where, _ = in_decision()
    another(where, "Globex ML")
    return where


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_page_refuses_shares_that_no_draws_come_to[knocked_out-many]",
)
def test_a_page_says_that_draws_are_being_counted_until_a_chore_kept_them() -> None:
    where = compared()
    assert "being counted" in body_of(where)
    keep_moved_draws()
    said = spoken(body_of(where))
    assert "Acme ML leads. Likely first: " in said
    assert "If nothing more were tested: 100." in said
    assert where not in evaluations_with_stale_draws()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_page_refuses_shares_that_no_draws_come_to[knocked_out-many]",
)
def test_draws_of_other_inputs_print_nothing() -> None:
    where = compared()
    keep_draws(evaluation=where)
    another(where, "Initech ML")
    assert "being counted" in body_of(where)
    assert "sure.likely" not in body_of(where)
    assert where in evaluations_with_stale_draws()
    keep_moved_draws()
    assert "being counted" not in body_of(where)


SHARES: Any = [
    ("all_wins", "0.97000000"),
    ("all_wins", "-1.00000000"),
    ("all_wins", "many"),
    ("nobody", "0.25000000"),
    ("wins", "0.5000"),
    ("wins", "NaN"),
    ("knocked_out", "many"),
    ("knocked_out", "1.20000000"),
]


@pytest.mark.parametrize(("field", "share"), SHARES)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[knocked_out-many]",
)
def test_a_page_refuses_shares_that_no_draws_come_to(field: str, share: str) -> None:
    where = compared()
    draws = keep_draws(evaluation=where)
    assert draws.adds_up
    top = max(draws.results["all_wins"], key=draws.results["all_wins"].__getitem__)
    draws.results[field] = (
        share if field == "nobody" else {**draws.results[field], top: share}
    )
    draws.save()
    assert not draws.adds_up
    assert "being counted" in body_of(where)
    words = document_of(where, visit=where.visits.get(left_at__isnull=True))
    assert "If nothing more were tested: 100." in words


def test_what_is_decided_is_drawn_anew() -> None:
    where = compared()
    draws = keep_draws(evaluation=where)
    first, last = draws.results["all_wins"]
    shares = draws.results["all_wins"]
    shares[first], shares[last] = shares[last], shares[first]
    draws.save()
    assert draws.adds_up
    frozen = compile_memo(where, draw_all)["results"]["robustness"]["certainty"]
    assert frozen["all_wins"] == {first: shares[last], last: shares[first]}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_of_people.py"
    "::test_a_memo_from_before_there_were_settlements_counts_as_it_did",
)
def test_an_entry_that_moves_no_input_costs_no_new_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = compared()
    kept = keep_draws(evaluation=where)
    monkeypatch.setattr(draws, "draw_all", None)  # to call it would fail
    where.journal_head.hash = "f" * 64
    where.journal_head.save()
    assert where in evaluations_with_stale_draws()
    again = keep_draws(evaluation=where)
    assert again.version != kept.version
    assert again.results == kept.results


def test_time_alone_makes_draws_to_be_looked_at_again() -> None:
    where = compared()
    kept = keep_draws(evaluation=where)
    assert timezone.now() < kept.valid_until
    assert kept.valid_until <= timezone.now() + datetime.timedelta(days=1)
    KeptDraws.objects.update(valid_until=timezone.now())
    assert where in evaluations_with_stale_draws()


def test_an_evaluation_that_cannot_be_drawn_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = compared()

    def fail(**_: Any) -> None:
        raise ValueError

    with monkeypatch.context() as patched:
        patched.setattr(draws, "keep_draws", fail)
        CHORES["keep_draws"].work()
    assert not KeptDraws.objects.filter(evaluation=where).exists()


def test_what_is_signed_rests_on_draws_of_its_own_inputs() -> None:
    where = compared()
    keep_draws(evaluation=where)
    another(where, "Initech ML")
    where.refresh_from_db()
    words = document_of(where, visit=where.visits.get(left_at__isnull=True))
    assert "**Likely first: " in words
    assert "being counted" not in words


def test_leadership_reads_the_figure_in_the_words_that_it_signs() -> None:
    where = compared()
    rule = SignOffRule.objects.get(
        evaluation=where, stage=Stage.DECISION, role=Role.LEADERSHIP
    )
    client = signed_in(stakeholders.holder("leadership"))
    body = client.get(f"/admin/act/sign/{rule.pk}/").content.decode()
    said = spoken(body)
    assert "Likely first: " in said
    assert "If nothing more were tested: 100." in said
    assert "Open verdicts are drawn as 70% holds, 20% partly, 10% fails" in body
