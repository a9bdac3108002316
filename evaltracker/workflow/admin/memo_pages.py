"""The memo: read, printed, and taken along as PDF, Word file, Markdown, workbook."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.downloads import download
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.tabs import register_tab
from evaltracker.pages.workspace import find_evaluation, show
from evaltracker.workflow.admin.decision_page import (
    decision_of,
    is_decided,
    memo_is_open,
)
from evaltracker.workflow.admin.receipts import only_reading
from evaltracker.workflow.admin.topics import MEMO_PARTS, who_reads_memo
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.memo.printing import PAPERS, as_pdf
from evaltracker.workflow.memo.proof import differences
from evaltracker.workflow.memo.sealed_memo import SealedMemo, sealed_memo
from evaltracker.workflow.memo.sheets import as_xlsx
from evaltracker.workflow.memo.word import as_docx
from evaltracker.workflow.models import Decision
from evaltracker.workflow.services.decisions import compile_memo
from stakeholders.models import SignOff
from vendors.admin.conflict_question import open_answers
from vendors.policy import may_see_prices

OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}


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
    open_answers(request, evaluation)
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


def proven(memo: dict[str, Any], decision: Decision | None) -> SealedMemo:
    """With what its proof finds now, once it is frozen."""
    found = differences(decision) if decision else None
    return sealed_memo(memo, decision, found)


def memo_can_be_read(user: User, evaluation: Evaluation) -> bool:
    """Whether there is a memo for `user`, frozen or of now."""
    return is_decided(user, evaluation) or memo_is_open(user, evaluation)


def memo_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo to read and print."""
    user: Any = request.user
    evaluation, decision, memo = memo_for(request, slug)
    sealed = proven(memo, decision)
    signed = SignOff.objects.filter(
        visit__evaluation=evaluation, visit__stage=Stage.DECISION
    )
    return show(
        request,
        evaluation,
        "workflow/memo.html",
        title="Decision memo",
        tab="memo",
        decision=decision,
        memo=sealed,
        head=as_html(sealed.head),
        body=as_html(sealed.body),
        signed=signed.select_related("document").order_by("signed_at"),
        ended=evaluation.status != Status.OPEN,
        discussed=who_reads_memo(evaluation, User.objects.filter(pk=user.pk)).exists(),
        memo_parts=MEMO_PARTS.items(),
    )


def memo_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo as PDF on A4 or Letter, or why this machine cannot make one."""
    check_query(request, filters={"paper"})
    paper = request.GET.get("paper", "a4")
    if paper not in PAPERS:
        raise Invalid("The paper is a4 or letter.")
    evaluation, decision, memo = memo_for(request, slug)
    pdf = as_pdf(evaluation, proven(memo, decision), decision, paper)
    return handed_out(pdf, "pdf", slug)


def memo_md(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo as it was written, in Markdown, with its seal."""
    _, decision, memo = memo_for(request, slug)
    return handed_out(proven(memo, decision).text.encode(), "md", slug)


def memo_docx(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo as a Word file."""
    evaluation, decision, memo = memo_for(request, slug)
    title = f"Decision memo: {evaluation.title}"
    return handed_out(as_docx(proven(memo, decision), title), "docx", slug)


def memo_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The memo's numbers with their working, as a workbook."""
    _, decision, memo = memo_for(request, slug)
    return handed_out(as_xlsx(memo, decision), "xlsx", slug)


def handed_out(content: bytes, kind: str, slug: str) -> HttpResponse:
    """The memo as a file that is named after the evaluation."""
    return download(
        content,
        name=f"{slug}-memo.{kind}",
        content_type=KINDS[kind],
        cache="private, no-store",
    )


site.register_page("e/<slug:slug>/memo/", only_reading(memo_page), "memo")
register_tab(111, "memo", "Memo", "memo", group="Decision", visible=memo_can_be_read)
site.register_page("e/<slug:slug>/memo.pdf", only_reading(memo_pdf), "memo_pdf")
site.register_page("e/<slug:slug>/memo.md", only_reading(memo_md), "memo_md")
site.register_page("e/<slug:slug>/memo.docx", only_reading(memo_docx), "memo_docx")
site.register_page("e/<slug:slug>/memo.xlsx", only_reading(memo_xlsx), "memo_xlsx")
