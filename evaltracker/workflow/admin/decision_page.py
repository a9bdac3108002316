"""The decision: the candidates side by side, the draft, the rules, the frozen memo."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.workflow.admin.after_decision import after_decision
from evaltracker.workflow.admin.comparison import compare
from evaltracker.workflow.admin.decision_head import (
    approved_so_far,
    decision_head,
    step_to_decide,
)
from evaltracker.workflow.gates.reports import GateReport, gate_reports
from evaltracker.workflow.memo.price_words import price_gap
from evaltracker.workflow.memo.standing import standing_memo
from evaltracker.workflow.memo.weighing_words import weighed
from evaltracker.workflow.models import Decision
from stakeholders.models import SignOffRule
from stakeholders.policy import is_leadership, signing_parts
from vendors.admin.conflict_question import open_answers
from vendors.policy import may_see_prices
from vendors.selectors.opening import NOBODY, opening_state


@evaluation_page("decision", "Decision", order=110, group="Decision")
def decision_page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Everything that the decision rests on, and the way to make it."""
    user: Any = request.user
    open_answers(request, evaluation)
    decision = decision_of(evaluation)
    frozen = decision is not None and decision.decided_at is not None
    standing = standing_memo(evaluation)
    memo = standing.memo
    deciding = evaluation.is_open and evaluation.stage == Stage.DECISION
    owner, sealed = is_owner(user, evaluation), not may_see_prices(user, evaluation)
    reports = gate_reports(evaluation) if deciding else []
    if frozen and decision:
        first = screen_of_decided(user, evaluation, decision, prices=not sealed)
    elif deciding:
        first = screen_of_draft(user, evaluation, memo, reports, prices=not sealed)
    else:
        first = {}
    return show(
        request,
        evaluation,
        "workflow/decision.html",
        title="Decision",
        tab="decision",
        decision=decision,
        frozen=frozen,
        comparison=compare(memo, evaluation, user),
        finalists=standing.briefs(prices=not sealed),
        weighed=weighed(memo["inputs"], memo["results"]),
        robustness=memo["results"].get("robustness", {}),
        price_gap="" if sealed else gap_of_choice(memo),
        deciding=deciding,
        reports=reports,
        closed=sum(not report.open for report in reports),
        sealed=sealed,
        owns=owner,
        opening=opening_state(evaluation, user) if deciding else None,
        nobody=NOBODY,
        memo_is_open=memo_is_open(user, evaluation),
        is_owner=owner,
        may_waive=deciding and is_leadership(user, evaluation),
        **first,
    )


def screen_of_decided(
    user: User, evaluation: Evaluation, decision: Decision, *, prices: bool
) -> dict[str, Any]:
    """What stands first once it is decided, and what comes after."""
    after = after_decision(user, evaluation, decision)
    head = decision_head(decision.memo, decision, after["step"], prices=prices)
    return {**after, "head": head}


def screen_of_draft(
    user: User,
    evaluation: Evaluation,
    memo: dict[str, Any],
    reports: list[GateReport],
    *,
    prices: bool,
) -> dict[str, Any]:
    """What stands first until then, and the rules that the reader may sign."""
    rules = decision_rules(evaluation)
    opened = evaluation.prices_opened_at is not None
    # Nobody signs what names a sealed price.
    signing = own_rules(user, evaluation, rules) if opened else []
    step = step_to_decide(
        evaluation, reports, signing, owner=is_owner(user, evaluation)
    )
    approved = approved_so_far(rules, reports)
    head = decision_head(memo, None, step, approved=approved, prices=prices)
    return {"head": head, "signing": signing}


def gap_of_choice(memo: dict[str, Any]) -> str:
    """What the choice, or until there is one whoever is first, costs more than the
    cheapest of the others."""
    inputs, results = memo["inputs"], memo["results"]
    firsts = results.get("robustness", {}).get("ranking", [])
    key = inputs["choice"]["candidate"] or (firsts[0]["id"] if firsts else "")
    return price_gap(inputs, results, key)


def decision_rules(evaluation: Evaluation) -> list[SignOffRule]:
    """Who is asked to sign the memo."""
    rules = SignOffRule.objects.filter(evaluation=evaluation, stage=Stage.DECISION)
    return list(rules)


def own_rules(
    user: User, evaluation: Evaluation, rules: Iterable[SignOffRule]
) -> list[SignOffRule]:
    """The rules on the memo that `user` may sign, for their own part or lent."""
    return [rule for rule in rules if signing_parts(user, evaluation, rule.role)]


def decision_of(evaluation: Evaluation) -> Decision | None:
    """The draft or the decision, if there is one."""
    rows = Decision.objects.select_related("candidate", "decided_by")
    return rows.filter(evaluation=evaluation).first()


def is_decided(user: User, evaluation: Evaluation) -> bool:
    """Whether there is a frozen decision, for everybody who sees the evaluation."""
    return evaluation.status == Status.DECIDED


def memo_is_open(user: User, evaluation: Evaluation) -> bool:
    """Whether the memo can be read: in the decision stage, with prices open."""
    return evaluation.stage == Stage.DECISION and may_see_prices(user, evaluation)
