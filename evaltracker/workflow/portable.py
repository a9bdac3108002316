"""The tables of workflow that travel with an evaluation, and what must hold in them."""

from collections.abc import Iterator
from typing import Any

from django.dispatch import receiver

from evaltracker.decision.memo.pack import digest_of_memo
from evaltracker.decision.models import (
    AnnexLine,
    CheckVerdict,
    ContractTerm,
    Decision,
    KeptDraws,
    Letter,
    MetricValue,
    Outlook,
    PromiseCheck,
    Succession,
    Waiver,
)
from evaltracker.decision.selectors.contract_terms import term_of
from evaltracker.decision.services.contract_terms import (
    EARLIEST,
    schedule_term_reminders,
)
from evaltracker.decision.services.promise_checks import follow_annex
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.portable.importing import evaluation_imported
from evaltracker.portable.registry import (
    CHECKS,
    Document,
    PortableTable,
    leave_out,
    register_part,
)
from evaltracker.workflow.models import AskedAct, BellLook, Snooze, WaiverRequest
from trials.policy import MOST_REMINDERS
from vendors.policy import barring_interest


def is_barred(user: User, evaluation: Evaluation) -> bool:
    return barring_interest(user, evaluation) is not None


register_part(PortableTable(name="waivers", model=Waiver, order=("waived_at",)))
register_part(
    PortableTable(
        name="waiver_requests",
        model=WaiverRequest,
        order=("asked_at",),
        optional=True,
        sealed=is_barred,
    )
)
register_part(PortableTable(name="decision", model=Decision))
register_part(PortableTable(name="letters", model=Letter, order=("drafted_at",)))
register_part(
    PortableTable(
        name="annex_lines", model=AnnexLine, order=("ruled_at",), optional=True
    )
)
register_part(
    PortableTable(name="promise_checks", model=PromiseCheck, order=("due_on",))
)
register_part(
    PortableTable(name="check_verdicts", model=CheckVerdict, order=("recorded_at",))
)
register_part(
    PortableTable(
        name="metric_values", model=MetricValue, order=("recorded_at",), optional=True
    )
)
register_part(PortableTable(name="contract_term", model=ContractTerm, optional=True))

leave_out(Outlook, "It is made anew from the rest.")
leave_out(KeptDraws, "They are drawn anew from the rest.")
leave_out(AskedAct, "A program's questions to its person.")
leave_out(BellLook, "A reader's own bookmark.")
leave_out(Snooze, "A reader's own bookmark.")
leave_out(Succession, "It names another evaluation, which is not in the file.")


@CHECKS.add
def memo_is_whole(document: Document) -> Iterator[tuple[str, str]]:
    decided = [row for row in document["decision"] if row.get("decided_at")]
    for row in decided:
        if digest_of_memo(row.get("memo", {})) != row.get("memo_sha256"):
            yield "/decision/0/memo_sha256", "It is not the SHA-256 of “memo”."
    if (document["evaluation"].get("status") == Status.DECIDED) != bool(decided):
        yield "/evaluation/status", "Decided is what has a decision, and only that."


@receiver(evaluation_imported)
def remind_of_contract(*, evaluation: Evaluation, **_: Any) -> None:
    term = term_of(evaluation)
    if term is not None:
        schedule_term_reminders(term)
    follow_annex(evaluation=evaluation)


@CHECKS.add
def reminders_of_a_contract_are_days(document: Document) -> Iterator[tuple[str, str]]:
    for at, row in enumerate(document.get("contract_term", ())):
        days = row.get("remind_days", [0])
        numbers = isinstance(days, list) and all(type(day) is int for day in days)
        if not (
            numbers and 0 < len(days) <= MOST_REMINDERS and 0 <= min(days) <= max(days)
        ):
            yield f"/contract_term/{at}/remind_days", "It has to be some days before."
        elif max(days) > EARLIEST:
            yield f"/contract_term/{at}/remind_days", f"At most {EARLIEST} days before."
