"""The tables of workflow that travel with an evaluation, and what must hold in them."""

from collections.abc import Iterator

from evaltracker.evaluations.choices import Status
from evaltracker.portable.registry import (
    CHECKS,
    Document,
    Part,
    leave_out,
    register_part,
)
from evaltracker.workflow.memo.proof import digest_of_memo
from evaltracker.workflow.models import (
    BellLook,
    CheckVerdict,
    Decision,
    KeptDraws,
    Letter,
    Outlook,
    PromiseCheck,
    Snooze,
    Succession,
    Waiver,
)

register_part(Part(name="waivers", model=Waiver, order=("waived_at",)))
register_part(Part(name="decision", model=Decision))
register_part(Part(name="letters", model=Letter, order=("drafted_at",)))
register_part(Part(name="promise_checks", model=PromiseCheck, order=("due_on",)))
register_part(Part(name="check_verdicts", model=CheckVerdict, order=("recorded_at",)))

leave_out(Outlook, "It is made anew from the rest.")
leave_out(KeptDraws, "They are drawn anew from the rest.")
leave_out(BellLook, "A reader's own bookmark.")
leave_out(Snooze, "A reader's own bookmark.")
leave_out(Succession, "It names another evaluation, which is not in the file.")


@CHECKS.add
def memo_is_whole(document: Document) -> Iterator[tuple[str, str]]:
    """A frozen memo has its digest, and who is decided has one."""
    decided = [row for row in document["decision"] if row.get("decided_at")]
    for row in decided:
        if digest_of_memo(row.get("memo", {})) != row.get("memo_sha256"):
            yield "/decision/0/memo_sha256", "It is not the SHA-256 of “memo”."
    if (document["evaluation"].get("status") == Status.DECIDED) != bool(decided):
        yield "/evaluation/status", "Decided is what has a decision, and only that."
