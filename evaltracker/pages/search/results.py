"""All that was found, by kind, the kind with the closest name first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from evaltracker.pages.search.acts import act_hits
from evaltracker.pages.search.places import page_hits
from evaltracker.pages.search.registry import SEARCHES, Hit, Reader, Search
from evaltracker.pages.search.rows import Query, closeness_of, hit_of, matching

# So many of a kind beside the others; the rest is on a page of its own.
MOST = 8
ACTS, PAGES = "acts", "pages"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one kind; `more` says that there are others."""

    kind: str
    title: str
    icon: str
    hits: list[Hit]
    more: bool = False


def everything(request: HttpRequest, reader: Reader, query: Query) -> list[Found]:
    """Every kind of which something was found, up to eight of each.

    As many queries whatever is there: one for each kind, and a bounded number that
    acts ask to know whether they may be done.
    """
    found = [found for found in _kinds(request, reader, query) if found.hits]
    found.sort(
        key=lambda each: min(closeness_of(hit.label, query.text) for hit in each.hits)
    )
    return found


def _kinds(request: HttpRequest, reader: Reader, query: Query) -> Iterator[Found]:
    pages = page_hits(request, reader, query.words)
    yield Found(PAGES, "Pages", "article", pages[:MOST])
    yield Found(ACTS, "Do", "bolt", act_hits(reader, query.words, MOST))
    for search in sorted(SEARCHES.values(), key=lambda each: each.order):
        yield of_kind(search, reader, query, 0, MOST)


def of_kind(
    search: Search, reader: Reader, query: Query, start: int, number: int
) -> Found:
    """So many of one kind from a place on."""
    rows = matching(search, reader, query.words, query.text)
    read = list(rows[start : start + number + 1])
    hits = [hit_of(search, row) for row in read[:number]]
    return Found(search.kind, search.title, search.icon, hits, len(read) > number)
