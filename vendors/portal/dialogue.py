"""Questions and their answers, and requirements that the vendor suggests."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import NotFound, Problem
from vendors.models import VendorSession
from vendors.portal.answers import address, show_answers
from vendors.portal.base import FORM, refusal, session_page
from vendors.selectors import own_proposals, questions_for
from vendors.selectors.vendor_answers import answers_of
from vendors.services.dialogue import ask_question, propose_requirement
from vendors.services.sign_in import actor_in_pages


@session_page(*FORM)
def questions(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Every answered question, whoever asked, and the own ones; a form for one more."""
    candidate = session.link.candidate
    found = answers_of(candidate)
    problem: Problem | None = None
    typed: dict[str, Any] = {"about": request.GET.get("about", "")}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("about", "text")}
        row = found.at(typed["about"])
        if typed["about"] and row is None:
            raise NotFound
        try:
            ask_question(
                evaluation=candidate.evaluation,
                candidate=candidate,
                requirement=row.requirement if row else None,
                text=typed["text"],
                by=actor_in_pages(session.link),
            )
            return redirect(address(session, "questions"))
        except Problem as refused:
            problem = refused
    rows = list(questions_for(candidate).order_by("-told_at", "pk"))
    said = {"questions": rows, "typed": typed, **refusal(problem)}
    return show_answers(request, session, "questions.html", found, **said)


@session_page(*FORM)
def proposals(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """What the vendor suggested and what became of it; a form for one more."""
    candidate = session.link.candidate
    categories = list(candidate.evaluation.categories.order_by("position", "name"))
    problem: Problem | None = None
    typed: dict[str, Any] = {}
    if request.method == "POST":
        fields = ("category", "new_category", "text", "reason")
        typed = {name: request.POST.get(name, "") for name in fields}
        category = next(
            (each for each in categories if each.name == typed["category"]), None
        )
        if typed["category"] and category is None:
            raise NotFound
        if typed["new_category"].strip():
            category = None
        try:
            propose_requirement(
                candidate=candidate,
                category=category,
                new_category=typed["new_category"],
                text=typed["text"],
                reason=typed["reason"],
                by=actor_in_pages(session.link),
            )
            return redirect(address(session, "proposals"))
        except Problem as refused:
            problem = refused
    rows = list(own_proposals(candidate).order_by("-proposed_at", "pk"))
    said = {"proposals": rows, "categories": categories, "typed": typed}
    found = answers_of(candidate)
    said |= refusal(problem)
    return show_answers(request, session, "proposals.html", found, **said)
