"""Starting the next evaluation from one that is there: what was needed, by whom asked.

What vendors said, what was seen, scored, signed and decided stays where it was; the new
one has a journal of its own.
"""

import datetime
from typing import Any

from django.db import transaction

from evaltracker.errors import Forbidden
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import lock, may_start_evaluations
from evaltracker.money import CODES
from evaltracker.requirements.services.copying import copy_needs
from evaltracker.requirements.services.evaluations import (
    BRIEF_FIELDS,
    create_evaluation,
)
from evaltracker.workflow.models import Succession
from stakeholders.models import SignOffRule
from stakeholders.policy import voices
from stakeholders.services.people import add_stakeholder
from stakeholders.services.rules import ask_usual_roles, set_sign_off_rule
from trials.services.scale import word_scale
from vendors.choices import CandidateState
from vendors.columns import WORDED
from vendors.policy import check_read_answers
from vendors.services.candidates import add_candidate

# Asked for anew: they belong to one purchase.
OWN = frozenset({"title", "buyer", "must_run_by"})
CANDIDATE = ("name", "kind", *(column.name for column in WORDED))


def may_follow(user: User, origin: Evaluation) -> bool:
    """Whether `user` starts another from `origin`: sees it, and may start one."""
    seen = Evaluation.objects.visible_to(user).filter(pk=origin.pk)
    return may_start_evaluations(user) and seen.exists()


@transaction.atomic
def start_next(
    *,
    origin: Evaluation,
    title: str,
    by: User,
    must_run_by: datetime.date | None = None,
    with_people: bool = True,
    with_candidates: bool = False,
) -> Evaluation:
    """An evaluation in the requirements stage, owned by `by`, that follows `origin`.

    Brief, metrics, categories and requirements with weights and help, and the rules of
    who must sign come along; people with their roles and candidates, longlisted anew
    and without a word of theirs, if asked for. Retired requirements, eliminated
    candidates and people who left do not.

    Raises:
        Forbidden: `by` does not see `origin`, or may not start evaluations.
        Refused: candidates come along, and `by` has not said yet whether they have an
            interest in each. Invalid: by field.

    """
    origin = lock(origin)
    if not may_follow(by, origin):
        raise Forbidden("You may not start an evaluation from this one.")
    if with_candidates:
        check_read_answers(origin, by)
    brief = {name: getattr(origin, name) for name in sorted(BRIEF_FIELDS - OWN)}
    # What former days took for a currency, no rate can be written for.
    if brief["currency"] not in CODES:
        del brief["currency"]
    following = create_evaluation(
        title=title, buyer=origin.buyer, must_run_by=must_run_by, by=by, **brief
    )
    if origin.scale:
        word_scale(evaluation=following, meanings=origin.scale, by=by)
    counts = {
        "requirements": copy_needs(origin=origin, evaluation=following, by=by),
        "rules": _rules(origin, following, by),
        "people": _people(origin, following, by) if with_people else 0,
        "candidates": _candidates(origin, following, by) if with_candidates else 0,
    }
    Succession.objects.create(evaluation=following, origin=origin)
    # By id: not everybody who sees the one has to know of the other.
    journal.record(
        evaluation=following,
        action="evaluation.follows",
        subject=following,
        by=by,
        after={"origin": origin.pk, **counts},
    )
    return following


def _rules(origin: Evaluation, following: Evaluation, by: User) -> int:
    """Who must sign what, or what is usual where nobody had to; how many rules."""
    for rule in SignOffRule.objects.filter(evaluation=origin):
        set_sign_off_rule(
            evaluation=following,
            stage=rule.stage,
            role=rule.role,
            required=rule.required,
            by=by,
        )
    if not following.sign_off_rules.exists():
        ask_usual_roles(evaluation=following, by=by)
    return following.sign_off_rules.count()


def _people(origin: Evaluation, following: Evaluation, by: User) -> int:
    """Everybody's role, but that of the new owner, who holds none; how many."""
    parts = voices().filter(evaluation=origin, user__is_active=True)
    parts = parts.exclude(user=by).select_related("user")
    for part in parts:
        add_stakeholder(
            evaluation=following,
            user=part.user,
            role=part.role,
            scores=part.scores,
            by=by,
        )
    return len(parts)


def _candidates(origin: Evaluation, following: Evaluation, by: User) -> int:
    """Those that were not eliminated, longlisted again; how many."""
    options = origin.candidates.exclude(state=CandidateState.ELIMINATED)
    for option in options.select_related("vendor"):
        values: dict[str, Any] = {name: getattr(option, name) for name in CANDIDATE}
        add_candidate(evaluation=following, vendor=option.vendor, by=by, **values)
    return len(options)
