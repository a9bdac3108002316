"""The page of results, and the part of it that the box shows while one types.

It only shows, and nothing of what is typed is kept or logged.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.full_text import words_of
from evaltracker.pages.paging import page_number
from evaltracker.pages.query import LONGEST_SEARCH, MOST_WORDS
from evaltracker.pages.search.registry import SEARCHES, Reader
from evaltracker.pages.search.results import MOST, everything, of_kind
from evaltracker.pages.search.rows import Query
from evaltracker.pages.site import site

PARAMETERS = frozenset(("q", "in", "kind", "page", "part"))
ON_A_PAGE, LAST_PAGE = 50, 100


def search_page(request: HttpRequest) -> HttpResponse:
    """What was found; of one kind page by page if the address names it.

    Raises:
        Invalid: the address or the query is none that the box can have sent.

    """
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    query = read_query(request)
    reader = reader_of(request)
    kind = request.GET.get("kind", "")
    if kind and kind not in SEARCHES:
        raise Invalid("There is no such kind of thing to search for.")
    number = page_number(request, LAST_PAGE)
    context: dict[str, Any] = {
        "query": query.text,
        "at_hand": reader.evaluation,
        "kind": kind,
        "longest": LONGEST_SEARCH,
        "most": MOST,
    }
    if query.words and kind:
        start = (number - 1) * ON_A_PAGE
        found = of_kind(SEARCHES[kind], reader, query, start, ON_A_PAGE)
        context |= {
            "groups": [found] if found.hits else [],
            "before": number - 1,
            "after": number + 1 if found.more and number < LAST_PAGE else 0,
        }
    elif query.words:
        context["groups"] = everything(request, reader, query)
    if request.GET.get("part") == "list":
        return TemplateResponse(request, "evaltracker/parts/search_list.html", context)
    return site.page(request, "evaltracker/search.html", title="Search", **context)


def read_query(request: HttpRequest) -> Query:
    """What was typed.

    Raises:
        Invalid: naming the parameter, never what it holds.

    """
    for name, values in request.GET.lists():
        if name not in PARAMETERS or len(values) != 1:
            raise Invalid("The address holds a parameter that the search has not.")
        if "\x00" in values[0] or "\ufffd" in values[0]:
            raise Invalid(f"“{name}” holds characters that are no text.")
    text = " ".join(request.GET.get("q", "").split())
    words = words_of(text)
    if len(text) > LONGEST_SEARCH or len(words) > MOST_WORDS:
        raise Invalid(
            f"Search for at most {MOST_WORDS} words and {LONGEST_SEARCH} characters."
        )
    return Query(text, tuple(words))


def reader_of(request: HttpRequest) -> Reader:
    """Who searches; an evaluation that they may not see is as good as none."""
    user: Any = request.user
    slug = request.GET.get("in", "")
    seen = Evaluation.objects.visible_to(user).select_related("owner")
    return Reader(user, seen.filter(slug=slug).first() if slug else None)


site.register_page("search/", search_page, "search")
