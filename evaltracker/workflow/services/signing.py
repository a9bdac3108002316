"""Signing what is on the page, and nothing else."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from django.db import transaction

from evaltracker.errors import Forbidden, Stale
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Visit
from evaltracker.evaluations.policy import lock, require_open
from evaltracker.workflow.memo import document_of
from evaltracker.workflow.memo.documents import QUESTIONS
from stakeholders.models import SignedDocument
from stakeholders.services.sign_offs import digest_of, record_sign_off
from vendors.choices import CandidateState
from vendors.models import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaltracker.evaluations.models import Evaluation, User
    from stakeholders.models import SignOff, SignOffRule
    from stakeholders.services.sign_offs import ConditionAsked


@transaction.atomic
def sign(
    *,
    rule: SignOffRule,
    verdict: str,
    shown: str,
    by: User,
    reason: str = "",
    conditions: Sequence[ConditionAsked] = (),
) -> SignOff:
    """Sign the words whose digest is `shown`.

    Raises:
        Stale: the content is another by now; carries the difference.
        Forbidden: not their role, the owner, or a declared conflict.
        Refused: not this stage, or signed already. Invalid: a reason is missing.

    """
    evaluation = lock(rule.evaluation)
    require_open(evaluation)
    visit = Visit.objects.select_related("evaluation").get(
        evaluation=evaluation, left_at__isnull=True
    )
    visit.evaluation = evaluation
    refuse_conflicted(by, visit)
    content = document_of(evaluation, visit=visit)
    if digest_of(content) != shown:
        raise Stale(
            "What you were shown has changed since; nothing was signed. Read it again.",
            difference=difference(evaluation, shown, content),
        )
    return record_sign_off(
        visit=visit,
        rule=rule,
        verdict=verdict,
        content=content,
        meaning=QUESTIONS[Stage(visit.stage)],
        by=by,
        reason=reason,
        conditions=conditions,
    )


def refuse_conflicted(by: User, visit: Visit) -> None:
    """Refuse who declared an interest in a candidate that is being judged."""
    if visit.stage == Stage.REQUIREMENTS:
        return
    barred = Conflict.objects.filter(
        stakeholder__user=by,
        candidate__evaluation=visit.evaluation_id,
        candidate__state__in=(CandidateState.SHORTLISTED, CandidateState.CHOSEN),
        has_interest=True,
        cleared_by__isnull=True,
    ).select_related("candidate")
    for one in barred:
        raise Forbidden(
            f"You declared an interest in {one.candidate}; the owner has to clear it "
            "before you can sign."
        )


def difference(evaluation: Evaluation, digest: str, content: str) -> str:
    """What changed from the words with `digest` to `content`; empty if not kept."""
    try:
        before = SignedDocument.objects.get(evaluation=evaluation, sha256=digest)
    except SignedDocument.DoesNotExist:
        return ""
    return changes(before.content, content)


def changes(before: str, after: str) -> str:
    """A unified difference of two documents, without file names."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=0
    )
    return "\n".join(
        line for line in lines if not line.startswith(("---", "+++", "@@"))
    )
