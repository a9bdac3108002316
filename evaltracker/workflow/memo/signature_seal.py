"""What is frozen beside the signed words: who signed them, and where the journal stood.

It cannot be part of the words, which would change with each signature under them.
"""

from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import plain
from evaltracker.evaluations.models import Evaluation, JournalHead
from evaltracker.workflow.memo.imported_signatures import origin_of, told_apart
from evaltracker.workflow.memo.markdown import bullets, day, inline
from evaltracker.workflow.memo.record import VERDICTS
from evaltracker.workflow.models import Decision
from stakeholders.choices import Role
from stakeholders.models import Condition, SignOff

DRAFT = "A draft: nothing is decided, and these words may still change."
# Of a decision that was frozen before signatures and head were kept beside its words.
UNSEALED: dict[str, Any] = {"sign_offs": [], "conditions": [], "journal": None}


def gather_seal(evaluation: Evaluation) -> dict[str, Any]:
    """The signatures under the memo with their conditions, and the journal's head."""
    signed = SignOff.objects.filter(
        visit__evaluation=evaluation, visit__stage=Stage.DECISION
    )
    asked = Condition.objects.filter(
        sign_off__visit__evaluation=evaluation, sign_off__visit__stage=Stage.DECISION
    )
    head = JournalHead.objects.get(evaluation=evaluation)
    gathered: dict[str, Any] = plain(
        {
            "sign_offs": told_apart(
                evaluation,
                signed.order_by("signed_at").values(
                    "visit__number",
                    "role",
                    "printed_name",
                    "verdict",
                    "reason",
                    "signed_at",
                    "document__sha256",
                ),
            ),
            "conditions": list(asked.order_by("text").values("text", "closing_note")),
            "journal": {"entries": head.count, "head": head.hash},
        }
    )
    return gathered


def seal(frozen: dict[str, Any], decision: Decision) -> str:
    """Who signed which words, the journal's head, and the memo's own fingerprint."""
    signed = [
        f"{Role(sign_off['role']).label}: {inline(sign_off['printed_name'])} "
        f"{VERDICTS[sign_off['verdict']]} on {day(sign_off['signed_at'])}, words "
        f"{sign_off['document__sha256'][:16]}{origin_of(sign_off)}"
        + (f". {inline(sign_off['reason'])}" if sign_off["reason"] else "")
        for sign_off in frozen["sign_offs"]
    ]
    asked = [
        f"Condition: {inline(condition['text'])} "
        f"({inline(condition['closing_note'] or 'open')})"
        for condition in frozen["conditions"]
    ]
    decider = decision.decided_by.name if decision.decided_by else ""
    journal = frozen["journal"]
    head = (
        f"The journal had {journal['entries']} entries; the last one's hash is "
        f"{journal['head']}."
        if journal
        else "Signatures and the journal's head were not yet kept here; the journal "
        "itself has them."
    )
    signatures = bullets([*signed, *asked]) or (
        "Nobody was asked to sign." if journal else ""
    )
    parts = (
        signatures,
        f"Decided by {inline(decider)}, {day(plain(decision.decided_at))}, "
        f"{decision.decided_at:%H:%M} UTC. "
        f"Formula version {decision.formula_version}.",
        head,
        f"SHA-256 of inputs, results, words and signatures: {decision.memo_sha256}.",
    )
    return "\n\n".join(part for part in parts if part)
