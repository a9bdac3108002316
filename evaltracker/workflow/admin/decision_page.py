"""The decision: the candidates side by side, the draft, the rules, the frozen memo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.admin.workspace import (
    crumbs_to,
    evaluation_page,
    find_evaluation,
    show,
)
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.policy import is_owner
from evaltracker.workflow.admin.comparison import compare
from evaltracker.workflow.admin.receipts import only_reading
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.reports import gate_reports
from evaltracker.workflow.memo import compute_results, gather_inputs, replay
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.memo.printing import as_pdf
from evaltracker.workflow.models import Decision
from evaltracker.workflow.services.decisions import compile_memo, digest_of_memo
from stakeholders.models import SignOff, SignOffRule
from stakeholders.policy import is_leadership, signing_parts
from vendors.admin.asking import ask_first
from vendors.policy import may_see_prices

if TYPE_CHECKING:
    from django.http import HttpRequest

    from evaltracker.evaluations.models import Evaluation, User


@evaluation_page("decision", "Decision", order=110)
def decision_page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Everything that the decision rests on, and the way to make it."""
    user: Any = request.user
    ask_first(request, evaluation)
    decision = decision_of(evaluation)
    frozen = decision is not None and decision.decided_at is not None
    if frozen and decision is not None:
        memo = decision.memo
    else:
        inputs = gather_inputs(evaluation)
        memo = {"inputs": inputs, "results": compute_results(inputs)}
    deciding = evaluation.is_open and evaluation.stage == Stage.DECISION
    reports = gate_reports(evaluation, Look(evaluation)) if deciding else []
    return show(
        request,
        evaluation,
        "workflow/decision.html",
        title="Decision",
        tab="decision",
        decision=decision,
        frozen=frozen,
        comparison=compare(memo, evaluation, user),
        deciding=deciding,
        reports=reports,
        closed=sum(not one.open for one in reports),
        signing=own_rules(user, evaluation) if deciding else [],
        memo_is_open=memo_is_open(user, evaluation),
        is_owner=is_owner(user, evaluation),
        may_waive=deciding and is_leadership(user, evaluation),
    )


def own_rules(user: User, evaluation: Evaluation) -> list[SignOffRule]:
    """The rules on the memo that `user` may sign, for their own part or lent."""
    rules = SignOffRule.objects.filter(evaluation=evaluation, stage=Stage.DECISION)
    return [one for one in rules if signing_parts(user, evaluation, one.role)]


def decision_of(evaluation: Evaluation) -> Decision | None:
    """The draft or the decision, if there is one."""
    rows = Decision.objects.select_related("candidate", "decided_by")
    return rows.filter(evaluation=evaluation).first()


def memo_is_open(user: User, evaluation: Evaluation) -> bool:
    """Whether the memo can be read: in the decision stage, with prices open."""
    return evaluation.stage == Stage.DECISION and may_see_prices(user, evaluation)


def memo_for(
    request: HttpRequest, slug: str
) -> tuple[Evaluation, Decision | None, dict[str, Any]]:
    """The frozen memo, or the one of now; with the decision only once it is made.

    Raises:
        NotFound: not theirs. Refused: before the decision stage, when scores and
            prices are sealed. Forbidden: prices are not open to them.

    """
    user: Any = request.user
    evaluation = find_evaluation(user, slug)
    ask_first(request, evaluation)
    decision = decision_of(evaluation)
    if decision is not None and decision.decided_at is not None:
        return evaluation, decision, decision.memo
    if evaluation.stage != Stage.DECISION:
        raise Refused(
            "The memo is written in the decision stage; until then scores and prices "
            "are sealed."
        )
    if not may_see_prices(user, evaluation):
        raise Forbidden("Prices are not open to you, and the memo names them.")
    return evaluation, None, compile_memo(evaluation)


def memo_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo to read and print."""
    evaluation, decision, memo = memo_for(request, slug)
    signed = SignOff.objects.filter(
        visit__evaluation=evaluation, visit__stage=Stage.DECISION
    )
    return show(
        request,
        evaluation,
        "workflow/memo.html",
        title="Decision memo",
        tab="decision",
        crumbs=crumbs_to(evaluation, ("Decision", "decision"), ("Memo", "")),
        decision=decision,
        html=as_html(memo["text"]),
        differences=replay(memo) if decision else [],
        altered=decision is not None and digest_of_memo(memo) != decision.memo_sha256,
        signed=signed.select_related("document").order_by("signed_at"),
        ended=evaluation.status != Status.OPEN,
    )


def memo_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo as PDF, or the sentence why this machine cannot make one."""
    evaluation, decision, memo = memo_for(request, slug)
    pdf = as_pdf(evaluation, memo["text"], decision)
    return download(pdf, "application/pdf", f"{slug}-memo.pdf")


def memo_md(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo as it was written, in Markdown."""
    _, _, memo = memo_for(request, slug)
    text = memo["text"].encode()
    return download(text, "text/markdown; charset=utf-8", f"{slug}-memo.md")


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file that no browser shows inside our pages."""
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


site.register_page("e/<slug:slug>/memo/", only_reading(memo_page), "memo")
site.register_page("e/<slug:slug>/memo.pdf", only_reading(memo_pdf), "memo_pdf")
site.register_page("e/<slug:slug>/memo.md", only_reading(memo_md), "memo_md")
