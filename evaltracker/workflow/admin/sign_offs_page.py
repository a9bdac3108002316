"""The sign-offs of an evaluation: rules, verdicts over all stays, conditions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.evaluations.admin.acts import Act, register_act
from evaltracker.evaluations.admin.forms import ReasonForm, TextField
from evaltracker.evaluations.admin.workspace import (
    crumbs_to,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.workflow.gates import Look
from evaltracker.workflow.memo.documents import QUESTIONS
from stakeholders.models import Condition, SignOff, SignOffRule
from stakeholders.policy import signing_parts
from stakeholders.services.conditions import close_condition
from stakeholders.services.sign_offs import open_sign_off_round

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.admin.acts import Outcome
    from evaltracker.evaluations.models import Evaluation, User


@dataclass(slots=True)
class RuleLine:
    """One rule: how it stands, and whether the reader may sign it now."""

    rule: SignOffRule
    sentence: str
    passed: bool
    may_sign: bool = False


@dataclass(slots=True)
class StageBlock:
    """A stage with its rules and the verdicts given in it, the newest first."""

    stage: Stage
    question: str
    current: bool
    lines: list[RuleLine] = field(default_factory=list)
    given: list[SignOff] = field(default_factory=list)


@evaluation_page("sign_offs", "Sign-offs", order=90)
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
        blocks=[one for one in blocks if one.lines or one.given or one.current],
        has_rules=evaluation.is_open and bool(look.tallies),
        conditions=[(one, may_close(user, one, evaluation)) for one in conditions],
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
    for one in rows.select_related("visit", "document", "on_behalf_of").order_by(
        "-signed_at"
    ):
        given[one.visit.stage].append(one)
    tallies = {one.rule.pk: one for one in look.tallies} if evaluation.is_open else {}
    for rule in SignOffRule.objects.filter(evaluation=evaluation):
        tally = tallies.get(rule.pk)
        if tally is not None:
            seats = signing_parts(user, evaluation, rule.role)
            signed = any(one.person_id == user.pk for one in tally.counted)
            line = RuleLine(
                rule, tally.sentence, tally.passed, bool(seats) and not signed
            )
        else:
            line = RuleLine(rule, said_then(rule, given[rule.stage]), passed=False)
        blocks[Stage(rule.stage)].lines.append(line)
    for stage, block in blocks.items():
        block.given = given[stage]
    return sorted(blocks.values(), key=lambda one: not one.current)


def said_then(rule: SignOffRule, given: list[SignOff]) -> str:
    """What a role said on the last stay in a stage, or what it is asked for."""
    asked = f"{rule.get_role_display()}: {rule.required} must approve."
    if not given:
        return asked
    visit = max(one.visit.number for one in given)
    last = [
        one for one in given if one.visit.number == visit and one.rule_id == rule.pk
    ]
    if not last:
        return asked
    said = ", ".join(
        f"{one.printed_name} ({one.get_verdict_display().lower()})"
        for one in reversed(last)
    )
    return f"{asked} Signed on the last stay: {said}."


def may_close(user: User, condition: Condition, evaluation: Evaluation) -> bool:
    """Whether `user` may say that a condition is met."""
    allowed = (condition.owner_id, condition.sign_off.person_id, evaluation.owner_id)
    return condition.closed_at is None and evaluation.is_open and user.pk in allowed


class NoteForm(forms.Form):
    """How it was met."""

    closing_note = TextField(max_length=5000, label="How it was met")


@register_act
class CloseCondition(Act):
    """A condition that is met."""

    name = "close-condition"
    title = "Close a condition"
    verb = "Close it"
    help = "Say how it was met; the note stays beside it for good."
    success = "The condition is closed."
    model = Condition
    form_class = NoteForm
    template = "workflow/close_condition.html"

    def allowed(self, user: User, target: Condition) -> bool:
        """Its owner, who asked for it, or the lead."""
        signed = target.sign_off
        lead = signed.visit.evaluation.owner_id
        return user.is_active and user.pk in (target.owner_id, signed.person_id, lead)

    def heading(self, target: Condition) -> str:
        """No name: the page shows the words."""
        return self.title

    def cancel_url(self, target: Condition) -> str:
        """Its place among the sign-offs."""
        where = target.sign_off.visit.evaluation
        return page_address(where, "sign_offs", f"condition-{target.pk}")

    def context(self, target: Condition, user: User) -> dict[str, Any]:
        """The sign-offs' frame."""
        where = target.sign_off.visit.evaluation
        steps = (("Sign-offs", "sign_offs"), (self.title, ""))
        return {
            "evaluation": where,
            "tab": "sign_offs",
            "crumbs": crumbs_to(where, *steps),
        }

    def perform(self, target: Condition, data: Mapping[str, Any], by: User) -> Outcome:
        """Close it."""
        close_condition(condition=target, note=data["closing_note"], by=by)
        return self.cancel_url(target)


@register_act
class OpenRound(Act):
    """Everybody of this stage is asked anew."""

    name = "open-round"
    title = "Ask everybody to sign anew"
    verb = "Open a new round"
    help = (
        "Verdicts of this round stay on record and stop counting. Use it when somebody "
        "changed their mind, or after a decline was answered."
    )
    success = "A new round is open."
    model = Visit
    form_class = ReasonForm
    dangerous = True

    def allowed(self, user: User, target: Visit) -> bool:
        """The owner."""
        return is_owner(user, target.evaluation)

    def heading(self, target: Visit) -> str:
        """Of which stage."""
        return f"{self.title}: {target.get_stage_display().lower()}"

    def cancel_url(self, target: Visit) -> str:
        """The sign-offs."""
        return page_address(target.evaluation, "sign_offs")

    def context(self, target: Visit, user: User) -> dict[str, Any]:
        """The sign-offs' frame."""
        steps = (("Sign-offs", "sign_offs"), ("New round", ""))
        return {
            "evaluation": target.evaluation,
            "tab": "sign_offs",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }

    def perform(self, target: Visit, data: Mapping[str, Any], by: User) -> Outcome:
        """Open it."""
        open_sign_off_round(visit=target, reason=data["reason"], by=by)
        return None
