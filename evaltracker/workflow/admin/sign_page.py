"""The page on which one rule is signed."""

import hashlib
import uuid
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from rest_framework.throttling import BaseThrottle

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.reauthentication import require_proof
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from evaltracker.workflow.admin.differences import diff_lines
from evaltracker.workflow.admin.receipts import visible
from evaltracker.workflow.admin.sign_form import SignForm
from evaltracker.workflow.admin.sign_offs_page import badge_of
from evaltracker.workflow.admin.sign_view import SignView, look_at
from evaltracker.workflow.admin.sign_words import words_of
from evaltracker.workflow.memo.changes import changes
from evaltracker.workflow.services.signing import sign
from stakeholders.models import SignOffRule
from stakeholders.services.sign_offs import Origin
from vendors.admin.conflict_question import open_answers

# How long a page may lie open and still be told what changed meanwhile.
SHOWN_SECONDS = 24 * 60 * 60


def sign_page(request: HttpRequest, rule_id: uuid.UUID) -> HttpResponse:
    """The words, what changed, and the form; POST signs exactly what was shown."""
    user: Any = request.user
    rule = visible(SignOffRule, user, rule_id, "evaluation__owner")
    if rule.stage != Stage.REQUIREMENTS:  # which are ours; the rest is about candidates
        open_answers(request, rule.evaluation)
    view = look_at(rule, user)
    if rule.stage == Stage.DECISION and not view.barred:
        require_proof(request)
    if request.method in {"GET", "HEAD"}:
        remember(view)
        form = form_of(view, initial={"shown": view.digest})
        return page(request, view, form)
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    form = form_of(view, request.POST)
    if not form.is_valid() and not view.barred:
        return page(request, view, form, status=400)
    return perform(request, rule, form, user)


def perform(
    request: HttpRequest, rule: SignOffRule, form: SignForm, user: User
) -> HttpResponse:
    """Sign, or show why not with everything that was typed.

    What is refused is answered here and not raised, or the journal's entry about it
    would be taken back with the rest.
    """
    try:
        signed = sign(
            rule=rule,
            verdict=form.cleaned_data.get("verdict", ""),
            shown=form.cleaned_data.get("shown", ""),
            reason=form.cleaned_data.get("reason", ""),
            conditions=form.conditions() if form.is_valid() else [],
            accepts_unjudged=form.cleaned_data.get("accepts_unjudged", False),
            origin=origin_of(request),
            by=user,
        )
    except Invalid as problem:
        for field, sentences in problem.errors.items():
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
        return page(request, look_at(rule, user), form, status=problem.status)
    except Stale as problem:
        return stale(request, rule, user, problem)
    except (Forbidden, Refused) as problem:
        view = look_at(rule, user)
        return page(request, view, form, status=problem.status, refusal=problem)
    return HttpResponseRedirect(reverse("admin:receipt", args=[signed.pk]))


def origin_of(request: HttpRequest) -> Origin:
    """Which login this is, without its key, and from where."""
    key = request.session.session_key or ""
    try:
        # Counts our own proxies, so that nobody names an address of their choice.
        address = str(ip_address(BaseThrottle().get_ident(cast("Any", request))))
    except ValueError:
        address = None
    return Origin(hashlib.sha256(key.encode()).hexdigest()[:16], address)


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
    for name in ("verdict", "accepts_unjudged"):  # said of the words as they were
        kept.pop(name, None)
    form = form_of(view, initial=kept.dict())
    return page(
        request,
        view,
        form,
        status=problem.status,
        problem=problem,
        difference=diff_lines(difference),
    )


def form_of(view: SignView, *args: Any, **kwargs: Any) -> SignForm:
    """The form for what this view asks."""
    evaluation = view.rule.evaluation
    return SignForm(*args, evaluation=evaluation, unjudged=view.unjudged, **kwargs)


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
    form.land_at_fault()
    return show(
        request,
        rule.evaluation,
        "workflow/sign.html",
        title=view.heading,
        tab="sign_offs",
        crumbs=crumbs_to(
            rule.evaluation, ("Sign-offs", "sign_offs"), (view.heading, "")
        ),
        status=status,
        view=view,
        words=words_of(view.content),
        badges=[(tally, *badge_of(tally)) for tally in view.tallies],
        form=form,
        **context,
    )


site.register_page("sign/<uuid:rule_id>/", sign_page, "sign")
