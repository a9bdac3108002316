"""Two at once: one step, one entry, one verdict."""

from __future__ import annotations

from functools import partial

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import find_break
from evaltracker.evaluations.models import Entry, Evaluation, Visit
from evaltracker.workflow.services.stages import advance
from stakeholders.models import SignOff
from stakeholders.services.people import add_stakeholder
from stakeholders.services.rules import set_sign_off_rule
from tests.at_once import at_once
from tests.cast import floor1, stakeholders
from tests.cast.workflow import ready_to_advance, shown, sign_as

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_forty_advances_at_once_move_it_one_step() -> None:
    where = ready_to_advance()
    results = at_once(
        40,
        lambda _: advance(evaluation=where, from_stage="requirements", by=where.owner),
    )
    moved = [one for one in results if isinstance(one, Evaluation)]
    refused = [one for one in results if isinstance(one, Refused)]
    assert (len(moved), len(refused)) == (1, 39)
    assert {one.code for one in refused} == {"moved_meanwhile"}
    assert Entry.objects.filter(action="stage.advanced").count() == 1
    assert Visit.objects.filter(evaluation=where).count() == 2
    assert find_break(where) is None


def test_forty_verdicts_of_one_person_at_once_record_one() -> None:
    where = ready_to_advance()
    stakeholders.sign_off_rules(where, roles=("devops",))
    words = shown(where)

    def give(number: int) -> SignOff:
        verdict = "approve" if number % 2 else "decline"
        reason = "" if number % 2 else "No"
        return sign_as(where, "devops", verdict, shown=words, reason=reason)

    results = at_once(40, give)
    assert sum(isinstance(one, SignOff) for one in results) == 1
    assert sum(isinstance(one, Refused) for one in results) == 39
    assert SignOff.objects.filter(role="devops").count() == 1
    assert find_break(where) is None


def test_an_advance_never_follows_a_decline_that_was_given_first() -> None:
    for _ in range(5):
        where = ready_to_advance()
        set_sign_off_rule(
            evaluation=where,
            stage="requirements",
            role="it",
            required=1,
            by=where.owner,
        )
        add_stakeholder(evaluation=where, user=floor1.noor(), role="it", by=where.owner)
        words = shown(where)
        moved, declined = at_once(2, partial(advance_or_decline, where, words))
        both = isinstance(moved, Evaluation) and isinstance(declined, SignOff)
        assert not both


def advance_or_decline(where: Evaluation, words: str, number: int) -> object:
    if number == 0:
        return advance(evaluation=where, from_stage="requirements", by=where.owner)
    return sign_as(where, "it", "decline", shown=words, reason="No", by=floor1.noor())
