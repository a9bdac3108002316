"""Whether a frozen decision still is what was decided, and what differs if not."""

import difflib
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Entry
from evaltracker.workflow.memo.results import replay
from evaltracker.workflow.memo.text import write_memo
from evaltracker.workflow.models import Decision
from stakeholders.models import SignOff
from trials.selectors.frozen_runs import recount

ALTERED = "The memo was changed after the decision: its SHA-256 does not fit."
MOST_LINES = 20


def digest_of_memo(memo: dict[str, Any]) -> str:
    """The SHA-256 of a memo in canonical JSON."""
    text = json.dumps(memo, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_altered(decision: Decision) -> bool:
    """Whether the memo is not the one whose fingerprint was kept."""
    return digest_of_memo(decision.memo) != decision.memo_sha256


def differences(decision: Decision) -> list[str]:
    """What does not fit, a sentence each; empty if the decision holds.

    1. The fingerprint of memo and row, and of the row and the journal's entry.
    2. Every number, counted again from the frozen inputs.
    3. Every statistic that a verdict rests on, from the runs frozen with it.
    4. Of an altered memo also the words: those that were signed, and those that its
       inputs would be written as.
    """
    found = list(fingerprints(decision))
    found += counted_again(decision.memo)
    found += recount(decision.evaluation)
    if is_altered(decision):
        found += words(decision)
        if len(found) == 1:
            found.append(
                "No number and no word differs, so something was altered that neither "
                "counts nor is printed. Compare it with an export or a backup."
            )
    return found


def counted_again(memo: dict[str, Any]) -> list[str]:
    """What `replay` finds; inputs that cannot be counted at all are said to be so."""
    try:
        return replay(memo)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        return [f"The inputs cannot be counted any more: {error!r}."]


def fingerprints(decision: Decision) -> Iterator[str]:
    """Whether the three places that keep the fingerprint agree."""
    if is_altered(decision):
        yield ALTERED
    entry = Entry.objects.filter(
        evaluation=decision.evaluation_id, action="evaluation.decided"
    ).last()
    if entry is None:
        yield "The journal has no entry of this decision."
    elif entry.after.get("memo_sha256") != decision.memo_sha256:
        yield f"The fingerprint is not the one of the journal's entry {entry.number}."


def words(decision: Decision) -> Iterator[str]:
    """How the frozen words differ from the signed ones and from their own inputs."""
    memo = decision.memo
    digest = hashlib.sha256(memo["text"].encode()).hexdigest()
    signed = SignOff.objects.filter(
        visit__evaluation=decision.evaluation_id,
        visit__stage=Stage.DECISION,
        document__sha256=digest,
    )
    if not signed.exists():
        yield "Nobody signed these words."
    try:
        written = write_memo(memo["inputs"], memo["results"])
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return  # said by whoever counted
    lines = difflib.unified_diff(
        memo["text"].splitlines(), written.splitlines(), lineterm="", n=0
    )
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    for text in changed[:MOST_LINES]:
        whose = "frozen words" if text.startswith("-") else "words of the inputs"
        yield f"{whose}: {text[1:]}"
