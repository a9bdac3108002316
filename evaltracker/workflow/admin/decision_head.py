"""The first screen of the decision's page: what is decided or proposed, in figures, who
approved, and the one thing that the reader does next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.text import listed
from evaltracker.workflow import links
from evaltracker.workflow.gates.reports import GateReport
from evaltracker.workflow.inbox import NextStep
from evaltracker.workflow.inbox.steps import step_after
from evaltracker.workflow.memo.front_page import Figure, front_page
from evaltracker.workflow.models import Decision
from stakeholders.models import SignOffRule

PRICE, APPROVED = "Price", "Approved"


@dataclass(frozen=True, slots=True)
class DecisionHead:
    """A sentence, when and by whom, figures, and what to do now; None if others do."""

    sentence: str
    said: str
    figures: tuple[Figure, ...]
    step: NextStep | None


def decision_head(
    memo: dict[str, Any],
    decision: Decision | None,
    step: NextStep | None,
    *,
    approved: Figure | None = None,
    prices: bool,
) -> DecisionHead:
    """Of a frozen decision, or for None of a draft, whose signatures `approved` tells.

    Without `prices` what it costs stays sealed.
    """
    front = front_page(memo, decision)
    figures = tuple(
        approved if approved and figure.name == APPROVED else figure
        for figure in front.figures
        if prices or figure.name != PRICE
    )
    return DecisionHead(front.sentence, front.said, figures, step)


def approved_so_far(
    rules: Sequence[SignOffRule], reports: Sequence[GateReport]
) -> Figure:
    """How many of the roles that are asked have approved the words as they stand."""
    if not rules:
        return Figure(APPROVED, "–", "nobody is asked to sign yet")
    waiting = [
        blocker.sentence
        for report in reports
        if report.gate.signing
        for blocker in report.blockers
    ]
    whole = len(rules)
    roles = listed([rule.get_role_display() for rule in rules])
    number = max(whole - len(waiting), 0)
    said = f"roles so far; asked: {roles}" if waiting else f"roles: {roles}"
    return Figure(APPROVED, f"{number} of {whole}", said)


def step_to_decide(
    evaluation: Evaluation,
    reports: Sequence[GateReport],
    signing: Sequence[SignOffRule],
    *,
    owner: bool,
) -> NextStep | None:
    """What this reader does next in the decision stage; None if others are awaited."""
    closed = [
        blocker for report in reports if not report.open for blocker in report.blockers
    ]
    if owner and not closed:
        return NextStep(
            what="Every rule holds.",
            why="Deciding freezes the memo and drafts the letters to the vendors.",
            link=links.act("decide", evaluation),
            verb="Decide",
        )
    if owner:
        step = step_after(evaluation, closed[0])
        if step.verb:
            return step
    if signing:
        rule = signing[0]
        return NextStep(
            what="Your signature is asked for.",
            why="Read what is signed, what it costs and what would change our mind.",
            link=links.sign(rule),
            verb=f"Read and sign as {rule.get_role_display()}",
        )
    return step_after(evaluation, closed[0]) if owner else None
