"""Acts that a page performs without leaving it: what is answered, as JSON.

A script posts an act's form with `Accept: application/json` to the act's own address.
Right, service and journal are the same; only the answer is not a page. A form in a
dialog says `X-Dialog`: it is answered with its page until it is done.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from evaltracker.errors import Problem
from evaltracker.pages.acts import Act

NOTHING_SAVED = "Nothing was saved. Fix the fields marked below."


def is_in_place(request: HttpRequest) -> bool:
    """Whether a page posts in the background and takes the answer as JSON."""
    accepts = request.headers.get("Accept", "")
    return request.method == "POST" and accepts == "application/json"


def is_in_dialog(request: HttpRequest) -> bool:
    """Whether a page shows the act over itself."""
    return request.headers.get("X-Dialog") == "yes"


def answer_done(said: str, onwards: HttpResponse, **more: str) -> HttpResponse:
    """That it is done: the sentence, and the page that shows it now."""
    page = onwards.headers.get("Location", "")
    return JsonResponse({"said": said, "page": page, **more})


def answer_problem(problem: Problem) -> HttpResponse:
    """A refusal that concerns no single field."""
    answer = {"sentence": problem.sentence, "errors": {}}
    return JsonResponse(answer, status=problem.status)


def answer_refused(
    act: Act[Any], form: Any, problem: Problem | None, status: int
) -> HttpResponse:
    """Why not: sentences by field, the refusal, and the version that stands now."""
    errors = {field: list(sentences) for field, sentences in form.errors.items()}
    sentence = problem.sentence if problem else ""
    if not sentence:
        general = " ".join(errors.pop("__all__", []))
        sentence = general or NOTHING_SAVED
    versions = {
        name: form.data[name] for name in act.version_fields if name in form.data
    }
    answer = {
        "sentence": sentence,
        "errors": errors,
        "difference": getattr(problem, "difference", ""),
        "versions": versions if status == HTTPStatus.CONFLICT else {},
    }
    return JsonResponse(answer, status=status)
