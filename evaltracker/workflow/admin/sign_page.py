"""The page on which one rule is signed, and the receipt that follows."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from evaltracker.errors import Invalid, NotFound, Stale
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.admin.workspace import crumbs_to, show
from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.admin.differences import diff_lines
from evaltracker.workflow.admin.sign_form import SignForm
from evaltracker.workflow.admin.sign_view import SignView, look_at
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.services.signing import changes, sign
from stakeholders.models import SignedDocument, SignOff, SignOffRule
from vendors.admin.asking import ask_first

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest

    from evaltracker.evaluations.models import Evaluation, User

# How long a page may lie open and still be told what changed meanwhile.
SHOWN_SECONDS = 24 * 60 * 60


def visible(model: Any, user: User, key: uuid.UUID, *related: str) -> Any:
    """A row that `user` may see.

    Raises:
        NotFound: it is not there, or not there for them.

    """
    row = model.objects.visible_to(user).select_related(*related).filter(pk=key).first()
    if row is None:
        raise NotFound
    return row


def sign_page(request: HttpRequest, rule_id: uuid.UUID) -> HttpResponse:
    """The words, what changed, and the form; POST signs exactly what was shown."""
    user: Any = request.user
    rule = visible(SignOffRule, user, rule_id, "evaluation__owner")
    if rule.stage != Stage.REQUIREMENTS:  # which are ours; the rest is about candidates
        ask_first(request, rule.evaluation)
    view = look_at(rule, user)
    if request.method in {"GET", "HEAD"}:
        remember(view)
        form = SignForm(evaluation=rule.evaluation, initial={"shown": view.digest})
        return page(request, view, form)
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    form = SignForm(request.POST, evaluation=rule.evaluation)
    if not form.is_valid() and not view.barred:
        return page(request, view, form, status=400)
    return perform(request, rule, form, user)


def perform(
    request: HttpRequest, rule: SignOffRule, form: SignForm, user: User
) -> HttpResponse:
    """Sign, or show why not with everything that was typed."""
    try:
        signed = sign(
            rule=rule,
            verdict=form.cleaned_data.get("verdict", ""),
            shown=form.cleaned_data.get("shown", ""),
            reason=form.cleaned_data.get("reason", ""),
            conditions=form.conditions() if form.is_valid() else [],
            by=user,
        )
    except Invalid as problem:
        for field, sentences in problem.errors.items():
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
        return page(request, look_at(rule, user), form, status=problem.status)
    except Stale as problem:
        return stale(request, rule, user, problem)
    return HttpResponseRedirect(reverse("admin:receipt", args=[signed.pk]))


def stale(
    request: HttpRequest, rule: SignOffRule, user: User, problem: Stale
) -> HttpResponse:
    """409: what changed, the words of now, and a form without a verdict."""
    view = look_at(rule, user)
    remember(view)
    seen = cache.get(cache_key(rule.evaluation, request.POST.get("shown", "")))
    difference = problem.difference or (changes(seen, view.content) if seen else "")
    kept = request.POST.copy()
    kept["shown"] = view.digest
    kept.pop("verdict", None)
    form = SignForm(initial=kept.dict(), evaluation=rule.evaluation)
    return page(
        request,
        view,
        form,
        status=problem.status,
        problem=problem,
        difference=diff_lines(difference),
    )


def remember(view: SignView) -> None:
    """Keep the words that are shown, so that a stale form can be told the change."""
    if view.digest:
        key = cache_key(view.rule.evaluation, view.digest)
        cache.set(key, view.content, SHOWN_SECONDS)


def cache_key(evaluation: Evaluation, digest: str) -> str:
    """Where shown words wait."""
    safe = "".join(char for char in digest[:64] if char in "0123456789abcdef")
    return f"shown:{evaluation.pk}:{safe}"


def page(
    request: HttpRequest,
    view: SignView,
    form: SignForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """The page in every state."""
    rule = view.rule
    title = f"Sign {rule.get_stage_display().lower()} as {rule.get_role_display()}"
    return show(
        request,
        rule.evaluation,
        "workflow/sign.html",
        title=title,
        tab="sign_offs",
        crumbs=crumbs_to(rule.evaluation, ("Sign-offs", "sign_offs"), (title, "")),
        status=status,
        view=view,
        document=as_html(view.content),
        form=form,
        **context,
    )


def receipt(request: HttpRequest, sign_off_id: uuid.UUID) -> HttpResponse:
    """Name, role, meaning, time and digest of one sign-off."""
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
    return show(
        request,
        evaluation,
        "workflow/receipt.html",
        title="Receipt of a sign-off",
        tab="sign_offs",
        crumbs=crumbs_to(evaluation, ("Sign-offs", "sign_offs"), ("Receipt", "")),
        signed=signed,
        conditions=signed.conditions.select_related("owner"),
        is_mine=signed.person_id == user.pk,
    )


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


site.register_page("sign/<uuid:rule_id>/", sign_page, "sign")
site.register_page("receipts/<uuid:sign_off_id>/", only_reading(receipt), "receipt")
site.register_page(
    "documents/<uuid:document_id>/", only_reading(document_page), "document"
)
