"""What follows a signature: its receipt, and the words that it stands under."""

import uuid
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import User
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from evaltracker.workflow.admin.differences import diff_lines
from evaltracker.workflow.admin.sign_next import after_signing
from evaltracker.workflow.gates import Look
from evaltracker.workflow.memo.changes import changes
from evaltracker.workflow.memo.html import as_html
from stakeholders.models import SignedDocument, SignOff


def visible(model: Any, user: User, key: uuid.UUID, *related: str) -> Any:
    """A row that `user` may see.

    Raises:
        NotFound: it is not there, or not there for them.

    """
    row = model.objects.visible_to(user).select_related(*related).filter(pk=key).first()
    if row is None:
        raise NotFound
    return row


def receipt(request: HttpRequest, sign_off_id: uuid.UUID) -> HttpResponse:
    """Name, role, meaning, time and digest of one sign-off, and whether it counts."""
    user: Any = request.user
    signed = visible(
        SignOff,
        user,
        sign_off_id,
        "visit__evaluation__owner",
        "document",
        "person",
        "on_behalf_of",
    )
    evaluation = signed.visit.evaluation
    ended, changed = what_became(signed)
    return show(
        request,
        evaluation,
        "workflow/receipt.html",
        title="Receipt of a sign-off",
        tab="sign_offs",
        crumbs=crumbs_to(evaluation, ("Sign-offs", "sign_offs"), ("Receipt", "")),
        signed=signed,
        conditions=signed.conditions.select_related("owner"),
        after=after_signing(signed),
        is_mine=signed.person_id == user.pk,
        ended=ended,
        changed=diff_lines(changed),
        shows_origin=user.pk in (signed.person_id, evaluation.owner_id),
    )


def what_became(signed: SignOff) -> tuple[str, str]:
    """Why it counts no more, or blank; and what changed in the words since."""
    visit = signed.visit
    if visit.left_at is not None:
        how = visit.get_ended_display().lower()
        return f"That stay is over ({how}); it stays on record.", ""
    if signed.round != visit.round:
        return "A new round was opened since, so it no longer counts.", ""
    content = Look(visit.evaluation).document
    changed = changes(signed.document.content, content)
    if changed:
        return "The words have changed since, so it no longer counts.", changed
    return "", ""


def document_page(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The exact words that somebody signed."""
    user: Any = request.user
    document = visible(SignedDocument, user, document_id, "evaluation__owner")
    evaluation = document.evaluation
    return show(
        request,
        evaluation,
        "workflow/document.html",
        title="What was signed",
        tab="sign_offs",
        crumbs=crumbs_to(
            evaluation, ("Sign-offs", "sign_offs"), (document.sha256[:8], "")
        ),
        document=document,
        html=as_html(document.content),
        signed=document.sign_offs.select_related("visit"),
    )


def only_reading(view: Any) -> Any:
    """A page that answers GET and HEAD alone."""

    def reading(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
        answer: HttpResponse = view(request, **kwargs)
        return answer

    return reading


site.register_page("receipts/<uuid:sign_off_id>/", only_reading(receipt), "receipt")
site.register_page(
    "documents/<uuid:document_id>/", only_reading(document_page), "document"
)
