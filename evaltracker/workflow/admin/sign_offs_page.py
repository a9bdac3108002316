"""The sign-offs of an evaluation: rules, verdicts over all stays, conditions."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.workflow.admin.sign_view import before_signing
from evaltracker.workflow.gates import Look
from evaltracker.workflow.memo.documents import QUESTIONS
from stakeholders.models import Condition, SignOff, SignOffRule
from stakeholders.policy import signing_parts
from stakeholders.selectors import RuleTally


@dataclass(slots=True)
class RuleLine:
    """One rule: how it stands, and whether the reader may sign it now."""

    rule: SignOffRule
    sentence: str
    # The word in its badge, and the badge's colour; blank in a stage of another time.
    state: str = ""
    style: str = ""
    may_sign: bool = False
    # Who is awaited.
    people: Collection[User] = ()


@dataclass(slots=True)
class StageBlock:
    """A stage with its rules and the verdicts given in it, the newest first."""

    stage: Stage
    question: str
    current: bool
    lines: list[RuleLine] = field(default_factory=list)
    given: list[SignOff] = field(default_factory=list)


@evaluation_page("sign_offs", "Sign-offs", order=90, group="People")
def sign_offs(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who must sign what, who did, on which words, on which conditions."""
    user: Any = request.user
    look = Look(evaluation)
    blocks = stage_blocks(evaluation, user, look)
    conditions = (
        Condition.objects.filter(sign_off__visit__evaluation=evaluation)
        .select_related("owner", "closed_by", "sign_off")
        .order_by("closed_at", "due_on")
    )
    return show(
        request,
        evaluation,
        "workflow/sign_offs.html",
        title="Sign-offs",
        tab="sign_offs",
        blocks=[
            block for block in blocks if block.lines or block.given or block.current
        ],
        has_rules=evaluation.is_open and bool(look.tallies),
        early=before_signing(look) if evaluation.is_open else "",
        digest=look.digest if evaluation.is_open and look.tallies else "",
        conditions=[
            (condition, may_close(user, condition, evaluation))
            for condition in conditions
        ],
        visit=look.visit,
        is_owner=is_owner(user, evaluation),
    )


def stage_blocks(evaluation: Evaluation, user: User, look: Look) -> list[StageBlock]:
    """Every stage, the current one first."""
    blocks = {
        stage: StageBlock(
            stage,
            QUESTIONS[stage],
            evaluation.is_open and stage == evaluation.stage,
        )
        for stage in Stage
    }
    given: dict[str, list[SignOff]] = defaultdict(list)
    rows = SignOff.objects.filter(visit__evaluation=evaluation)
    for row in rows.select_related("visit", "document", "on_behalf_of").order_by(
        "-signed_at"
    ):
        given[row.visit.stage].append(row)
    tallies = (
        {tally.rule.pk: tally for tally in look.tallies} if evaluation.is_open else {}
    )
    for rule in SignOffRule.objects.filter(evaluation=evaluation):
        tally = tallies.get(rule.pk)
        if tally is not None:
            seats = signing_parts(user, evaluation, rule.role)
            holders = {user.pk, *(part.user_id for part, _ in seats[:1])}
            signed = any(
                holders & {sign_off.person_id, sign_off.on_behalf_of_id}
                for sign_off in tally.counted
            )
            barred = user.pk in look.barred
            may_sign = bool(seats) and not signed and not barred
            people = awaited_of(tally, look)
            line = RuleLine(rule, tally.sentence, *badge_of(tally), may_sign, people)
        else:
            line = RuleLine(rule, said_then(rule, given[rule.stage]))
        blocks[Stage(rule.stage)].lines.append(line)
    for stage, block in blocks.items():
        block.given = given[stage]
    return sorted(blocks.values(), key=lambda stage_block: not stage_block.current)


def awaited_of(tally: RuleTally, look: Look) -> list[User]:
    """Who holds the role and has not signed, while their word can still matter."""
    if tally.passed or not tally.can_pass:
        return []
    return [part.user for part in tally.awaited if part.user_id not in look.barred]


def badge_of(tally: RuleTally) -> tuple[str, str]:
    """How a rule stands in a word, and the colour of the word."""
    if tally.is_conditional:
        return "conditional approval", "warn"
    if tally.passed:
        return "approved", "good"
    if tally.against:
        return "against", "bad"
    return ("open", "warn") if tally.can_pass else ("cannot pass", "bad")


def said_then(rule: SignOffRule, given: list[SignOff]) -> str:
    """What a role said in the last round of a stage, or what it is asked for."""
    asked = f"{rule.get_role_display()}: {rule.required} must approve."
    if not given:
        return asked
    visit = max(sign_off.visit.number for sign_off in given)
    last = [
        sign_off
        for sign_off in given
        if sign_off.visit.number == visit and sign_off.rule_id == rule.pk
    ]
    if not last:
        return asked
    said = ", ".join(
        f"{sign_off.printed_name} ({sign_off.get_verdict_display().lower()})"
        for sign_off in reversed(last)
    )
    return f"{asked} Signed in the last round: {said}."


def may_close(user: User, condition: Condition, evaluation: Evaluation) -> bool:
    """Whether `user` may say that a condition is met."""
    allowed = (condition.owner_id, condition.sign_off.person_id, evaluation.owner_id)
    return condition.closed_at is None and evaluation.is_open and user.pk in allowed
