"""Drafting the decision while it is being signed, then freezing it with its memo."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    lock,
)
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.memo import compute_results, gather_inputs, write_memo
from evaltracker.workflow.memo.kept_draws import exact_draws
from evaltracker.workflow.memo.proof import digest_of_memo
from evaltracker.workflow.memo.signature_seal import gather_seal
from evaltracker.workflow.models import Decision
from evaltracker.workflow.services.letters import draft_letters
from evaltracker.workflow.services.promise_checks import plan_checks
from evaltracker.workflow.services.stages import leave, require_silent_gates
from stakeholders.policy import insiders
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.policy import check_judges

# The name under which decision_notices.py knows it.
DECISION_MADE = "decision_made"
WORDS = ("candidate", "rationale", "dissent", "revisit_when")


def check_draft_decision(evaluation: Evaluation, by: By) -> None:
    """The owner without a conflict of interest drafts and decides in the last stage;
    what else keeps it from being decided, the gates say."""
    check_owned(evaluation, by, Stage.DECISION)
    check_judges(evaluation, by)


@transaction.atomic
def draft_decision(
    *,
    evaluation: Evaluation,
    candidate: Candidate | None,
    by: By,
    rationale: str = "",
    dissent: str = "",
    revisit_when: str = "",
) -> Decision:
    """Write or rewrite the draft; a change makes the memo other words to sign.

    Raises:
        Forbidden: not the owner. Refused: not the decision stage.
        Invalid: the candidate is of another evaluation or not shortlisted.

    """
    evaluation = lock(evaluation)
    check_draft_decision(evaluation, by)
    if candidate is not None and (
        candidate.evaluation_id != evaluation.pk
        or candidate.state != CandidateState.SHORTLISTED
    ):
        sentence = "Choose one of the shortlisted candidates."
        raise Invalid(sentence, errors={"candidate": [sentence]})
    decision = Decision.objects.filter(evaluation=evaluation).first()
    is_new = decision is None
    if decision is None:
        decision = Decision.objects.create(
            evaluation=evaluation, drafted_by=evaluation.owner
        )
    before, after = change(
        decision,
        candidate=candidate,
        rationale=rationale,
        dissent=dissent,
        revisit_when=revisit_when,
    )
    if after or is_new:
        journal.record(
            evaluation=evaluation,
            action="decision.drafted",
            subject=decision,
            by=by,
            before=before,
            after=after,
            rows=[decision],
        )
    return decision


@transaction.atomic
def decide(*, evaluation: Evaluation, by: By) -> Decision:
    """Freeze the memo and end the evaluation.

    1. Lock the row and ask every gate of the decision stage again.
    2. Freeze inputs, results, words and signatures, with their SHA-256, the formula
       version and the journal's head.
    3. Mark the candidate chosen, end the visit, close the evaluation.
    4. Draft letters to the vendors, plan the promise checks, owe its people a mail.

    Raises:
        Forbidden: not the owner. Refused: a gate is closed, or decided already.

    """
    evaluation = lock(evaluation)
    check_draft_decision(evaluation, by)
    require_silent_gates(evaluation)
    decision = Decision.objects.select_related("candidate").get(evaluation=evaluation)
    decider = actor_of(by).user
    if decider is None or decision.candidate is None:
        raise Refused("No candidate is chosen.")
    memo = compile_memo(evaluation) | {"seal": gather_seal(evaluation)}
    decision.memo = memo
    decision.memo_sha256 = digest_of_memo(memo)
    decision.formula_version = memo["inputs"]["formula_version"]
    decision.decided_by = decider
    decision.decided_at = timezone.now()
    decision.save()
    change(decision.candidate, state=CandidateState.CHOSEN)
    leave(evaluation, VisitEnd.DECIDED, by, "")
    evaluation.status = Status.DECIDED
    evaluation.save(update_fields=["status"])
    letters = draft_letters(decision=decision)
    checks = plan_checks(evaluation=evaluation)
    tell_everybody(evaluation)
    journal.record(
        evaluation=evaluation,
        action="evaluation.decided",
        subject=decision,
        by=by,
        before={"status": Status.OPEN},
        after={
            "status": Status.DECIDED,
            "candidate": decision.candidate.name,
            "memo_sha256": decision.memo_sha256,
            "formula_version": decision.formula_version,
            "letters": len(letters),
            "promise_checks": [check.due_on for check in checks],
        },
        rows=[decision],
    )
    return decision


def tell_everybody(evaluation: Evaluation) -> None:
    """Owe everybody with a part, but the owner, the mail that it is decided."""
    for person in insiders(evaluation).exclude(pk=evaluation.owner_id):
        owe_now(
            kind=DECISION_MADE,
            evaluation=evaluation,
            subject_id=evaluation.pk,
            occurrence=1,
            recipient=person,
        )


def compile_memo(evaluation: Evaluation) -> dict[str, Any]:
    """Inputs, results and words of the memo as they stand now."""
    inputs = gather_inputs(evaluation)
    results = compute_results(inputs, exact_draws(evaluation))
    return {
        "inputs": inputs,
        "results": results,
        "text": write_memo(inputs, results),
    }
