"""What one person sees of one sign-off rule: the words, the changes, may they sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaltracker.errors import Forbidden
from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.admin.differences import DiffLine, diff_lines
from evaltracker.workflow.gates import Look
from evaltracker.workflow.memo.documents import QUESTIONS
from evaltracker.workflow.services.signing import changes, refuse_conflicted
from stakeholders.models import SignOff
from stakeholders.policy import signing_parts
from stakeholders.selectors import last_signed
from stakeholders.services.sign_offs import digest_of

if TYPE_CHECKING:
    from evaltracker.evaluations.models import User, Visit
    from stakeholders.models import Delegation, SignOffRule
    from stakeholders.selectors import RuleTally


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed since an earlier signature."""

    signed: SignOff
    lines: list[DiffLine]


@dataclass(frozen=True, slots=True)
class SignView:
    """Everything that the sign page shows besides the form.

    `barred` is the sentence why this person cannot sign; empty if they can.
    """

    rule: SignOffRule
    question: str
    content: str
    digest: str
    barred: str
    lending: Delegation | None
    mine: SignOff | None
    since_mine: Compared | None
    since_first: Compared | None
    tally: RuleTally | None


def look_at(rule: SignOffRule, user: User) -> SignView:
    """The rule as `user` sees it now."""
    evaluation = rule.evaluation
    look = Look(evaluation)
    question = QUESTIONS[Stage(rule.stage)]
    if not evaluation.is_open or rule.stage != evaluation.stage:
        return SignView(
            rule, question, "", "", past(rule), None, None, None, None, None
        )
    content, visit = look.document, look.visit
    digest = digest_of(content)
    seats = signing_parts(user, evaluation, rule.role)
    mine = signed_already(rule, user, visit, digest)
    barred = why_not(rule, user, visit, may=bool(seats))
    first = (
        SignOff.objects.filter(visit__evaluation=evaluation, visit__stage=rule.stage)
        .select_related("document")
        .order_by("signed_at")
        .first()
    )
    return SignView(
        rule=rule,
        question=question,
        content=content,
        digest=digest,
        barred="You have signed exactly these words." if mine else barred,
        lending=seats[0][1] if seats else None,
        mine=mine,
        since_mine=compared(last_signed(user, visit), content),
        since_first=compared(first, content),
        tally=next((one for one in look.tallies if one.rule == rule), None),
    )


def past(rule: SignOffRule) -> str:
    """Why a rule of another moment is not signed now."""
    evaluation = rule.evaluation
    if not evaluation.is_open:
        return f"The evaluation is {evaluation.get_status_display().lower()}."
    return (
        f"This sign-off belongs to {rule.get_stage_display().lower()}; the evaluation "
        f"is in {evaluation.get_stage_display().lower()}."
    )


def why_not(rule: SignOffRule, user: User, visit: Visit, *, may: bool) -> str:
    """The sentence why `user` cannot sign; empty if they can."""
    evaluation = rule.evaluation
    if evaluation.owner_id == user.pk:
        return "You run this evaluation, so you cannot sign for a role in it."
    if not may:
        return (
            f"This sign-off is for {rule.get_role_display()}, a role that you do not "
            "hold here."
        )
    try:
        refuse_conflicted(user, visit)
    except Forbidden as problem:
        return problem.sentence
    return ""


def signed_already(
    rule: SignOffRule, user: User, visit: Visit, digest: str
) -> SignOff | None:
    """The verdict of `user` on these words in this round, if they gave it."""
    return SignOff.objects.filter(
        rule=rule,
        person=user,
        visit=visit,
        round=visit.round,
        document__sha256=digest,
    ).first()


def compared(signed: SignOff | None, content: str) -> Compared | None:
    """What changed since; None if nobody signed or nothing changed."""
    if signed is None:
        return None
    lines = diff_lines(changes(signed.document.content, content))
    return Compared(signed, lines) if lines else None
