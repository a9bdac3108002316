"""The grid says of every cell what the ledger says, and takes four queries for it."""

import datetime
import random

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation, Requirement
from tests.cast import common, trials, vendors
from trials.models import Evidence, Excuse
from trials.scoring import Credits
from trials.selectors import Cell, grid, ledger
from trials.selectors.cell_cache import Kind, Kinds, Shape, kinds_for
from trials.services.evidence import record_evidence
from vendors.models import Candidate, Claim, Ruling

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

SAID = ("now", "beta", "planned", "on_request", "never", "unstated", "withdrawn")
VERDICTS = ("holds", "partly", "fails")
TODAY = datetime.date(2026, 6, 15)
NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)


def shown(cell: Cell | Kind) -> tuple[object, ...]:
    return (
        *cell.marks,
        cell.standing,
        cell.credit,
        cell.not_applicable,
        cell.excused,
        cell.to_reconfirm,
        cell.proof_to_reconfirm,
    )


def agree(where: Evaluation, as_of: datetime.date | None = None) -> None:
    """Insist on the same cells, fits, coverages and knock-outs."""
    candidates = list(Candidate.objects.filter(evaluation=where))
    slow, quick = ledger(where, candidates, as_of), grid(where, candidates, as_of)
    assert [row.ref for row in quick.rows] == [
        requirement.ref for requirement in slow.requirements
    ]
    for number, column in enumerate(quick.columns):
        theirs = slow.of(column.candidate)
        for row, requirement in enumerate(slow.requirements):
            cell = quick.cell(number, row)
            assert shown(cell) == shown(theirs.cells[requirement.ref]), requirement.ref
            assert cell == quick.kinds[quick.lines[row][number]]
        for name in ("value", "of_tested", "points", "weight", "coverage"):
            assert getattr(column.fit, name) == getattr(theirs.fit, name)
        blocked = tuple(knock_out.key for knock_out in theirs.knock_outs)
        assert (column.knock_outs, column.is_blocked) == (blocked, bool(blocked))


def anything(seed: int) -> Evaluation:
    """Cells of every sort: revisions, ties, changed words, retired requirements."""
    chance = random.Random(seed)
    where = common.evaluation()
    first = common.requirement(where, "R0")
    Requirement.objects.bulk_create(
        Requirement(
            evaluation=where,
            category=first.category,
            ref=f"R{number}",
            text="What is asked.",
            priority=chance.choice(("must", "should", "could")),
            weight=chance.randrange(11),
            revision=chance.randrange(1, 4),
            retired_at=NOON if chance.random() < 0.1 else None,
        )
        for number in range(1, 40)
    )
    options = [vendors.candidate(where, f"Option {number}") for number in range(4)]
    for option in options:
        for requirement in where.requirements.all():
            story(option, requirement, chance)
    return where


def story(option: Candidate, requirement: Requirement, chance: random.Random) -> None:
    """What one candidate said of one requirement, and what was found of it."""
    by, proofs = option.evaluation.owner, []
    for revision in range(1, last := chance.randrange(4) + 1):
        claim = Claim.objects.create(
            candidate=option,
            requirement=requirement,
            revision=revision,
            requirement_revision=chance.randrange(1, requirement.revision + 1),
            availability=chance.choice(SAID),
            available_from=TODAY + datetime.timedelta(days=chance.randrange(-1, 2)),
            superseded_at=NOON if revision < last - 1 else None,
        )
        proofs += [
            Evidence(
                claim=claim,
                source=(source := chance.choice(("research", "demo", "trial"))),
                verdict="not_shown"
                if source == "demo" and chance.random() < 0.3
                else chance.choice(VERDICTS),
                note="We looked at it.",
                independent=chance.random() < 0.6,
                recorded_by=by,
                recorded_at=NOON + datetime.timedelta(days=chance.randrange(3)),
            )
            for _ in range(chance.randrange(4))
        ]
    Evidence.objects.bulk_create(proofs)
    if chance.random() < 0.1:
        Ruling.objects.create(
            candidate=option, requirement=requirement, reason="Elsewhere.", ruled_by=by
        )
    if chance.random() < 0.2:
        Excuse.objects.create(
            candidate=option,
            requirement=requirement,
            reason="A workaround.",
            excused_by=by,
            withdrawn_at=NOON if chance.random() < 0.3 else None,
            withdrawn_by=by,
            withdrawn_reason="No more.",
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_quick_way_and_the_ledger_agree_in_every_cell(seed: int) -> None:
    where = anything(seed)
    agree(where, TODAY)
    where.credits = {"claim_now": "0.45", "demo_not_shown": "0.1"}
    agree(where, TODAY + datetime.timedelta(days=1))


def test_what_a_vendor_may_still_answer_counts_in_neither() -> None:
    where = trials.platform("must", "should")
    acme = trials.claimed(where)
    vendors.enter(where, "trials")
    running = trials.trial(acme)
    record_evidence(
        claim=trials.claim_of(acme),
        source="trial",
        verdict="fails",
        note="It stopped.",
        criterion=running.criteria.get(),
        by=where.owner,
    )
    assert acme.trials.get().gaps.filter(reply_until__gt=timezone.now()).exists()
    assert grid(where, [acme]).cell(0, 0).tested == ""
    agree(where)


@pytest.mark.parametrize("many", [1, 9])
def test_it_takes_four_queries_whatever_its_size(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    where = trials.platform(*["must"] * many)
    candidates = [trials.claimed(where, name=f"V{number}") for number in range(many)]
    for option in candidates:
        trials.verdict(trials.claim_of(option))
    with django_assert_num_queries(4):
        book = grid(where, candidates)
        assert len(book.lines) == len(book.columns) == many


def test_nothing_asked_or_nobody_asked_is_an_empty_grid() -> None:
    where = common.evaluation()
    assert grid(where, []).lines == []
    common.requirement(where, "R1")
    book = grid(where, [])
    assert (book.lines, len(book.rows)) == ([()], 1)


def test_what_was_learned_of_shapes_is_kept_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    credits = Credits()
    kinds = kinds_for(credits)
    number = kinds.number_of(Shape("now", False, 1))
    assert kinds_for(Credits()) is kinds
    assert kinds.found[number].claimed == "now"
    monkeypatch.setattr("trials.selectors.cell_cache.MOST", 0)
    fresh = kinds_for(credits)
    assert isinstance(fresh, Kinds)
    assert fresh is not kinds
