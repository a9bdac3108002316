"""What a decision's page says once it is frozen: proof, files, and what comes now."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.workflow import links
from evaltracker.workflow.inbox import NextStep
from evaltracker.workflow.memo.proof import differences
from evaltracker.workflow.models import ContractTerm, Decision, Letter, PromiseCheck
from evaltracker.workflow.selectors.contracts import term_of
from evaltracker.workflow.services.exporting import may_export


@dataclass(frozen=True, slots=True)
class Follows:
    """Letters and checks in numbers, and the contract."""

    drafts: int
    sent: int
    checks: list[PromiseCheck]
    term: ContractTerm | None

    @property
    def next_check(self) -> PromiseCheck | None:
        """The next one that is open."""
        return next((check for check in self.checks if check.is_open), None)


def after_decision(
    user: User, evaluation: Evaluation, decision: Decision
) -> dict[str, Any]:
    """For the template of the decision's page; four queries and the count again."""
    released = Letter.objects.in_evaluation(evaluation).values_list(
        "released_at", flat=True
    )
    told = list(released.order_by())
    follows = Follows(
        drafts=told.count(None),
        sent=len(told) - told.count(None),
        checks=list(PromiseCheck.objects.in_evaluation(evaluation)),
        term=term_of(evaluation),
    )
    return {
        "differences": differences(decision),
        "follows": follows,
        "step": step_now(evaluation, follows) if is_owner(user, evaluation) else None,
        "may_take_pack": may_export(user, evaluation),
    }


def step_now(evaluation: Evaluation, follows: Follows) -> NextStep | None:
    """What the owner does next: letters first, then the next check."""
    if follows.drafts:
        many = "s" if follows.drafts > 1 else ""
        return NextStep(
            what=f"Go over and send {follows.drafts} letter{many}.",
            why="Vendors are waiting to hear the outcome and the reasons.",
            link=links.page(evaluation, "letters"),
            verb="To the letters",
        )
    check = follows.next_check
    if check is None:
        return None
    return NextStep(
        what=f"Promise check on {date_format(check.due_on, 'j F Y')}.",
        why="You are reminded a week before. Then say what holds of what was promised, "
        "and what the metrics are.",
        link=links.page(evaluation, "promise_checks", f"check-{check.pk}"),
        verb="To the promise checks",
    )
