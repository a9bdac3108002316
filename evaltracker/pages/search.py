"""Acts as they are said: “invite Databricks”, “add a requirement”.

Some words are those of an act, the others those of the thing that it is done to. Only
what the reader may do now is found, by the act's own `why_not`. Few acts are asked,
and of few rows, so a query costs no more in a large house than in a small one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import models
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import ACTS as ACTS_ACTS
from evaltracker.pages.acts import Act, address_of
from evaltracker.pages.base import LONGEST_SEARCH, check_length
from evaltracker.pages.site import groups_for, site
from evaltracker.pages.tabs import all_tabs, tab_address
from evaltracker.toolbox.migrating import holding, words_of
from evaltracker.toolbox.registry import Registry


def filters_of(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    asked = request.GET
    return {name: asked[name].replace("\x00", "") for name in names if asked.get(name)}


def page_number(request: HttpRequest, last: int, name: str = "page") -> int:
    """The page asked for; `name` where an address has several.

    Raises:
        Invalid: it is no number, or there is no such page.
    """
    text = request.GET.get(name, "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= last:
        raise Invalid("There is no such page in this list.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Reader:
    user: User
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """One kind of thing: which rows a reader may see, and how one is shown.

    `rows` begins with `visible_to(reader.user)`: what the reader may not see is not
    found. All words have to stand in `columns`; `closest` is the column that people
    know a row by, so a row in which it begins with the query comes first.
    """

    kind: str
    title: str
    order: int
    icon: str
    rows: Callable[[Reader], models.QuerySet[Any]]
    columns: tuple[str, ...]
    closest: str
    label: Callable[[Any], str]
    address: Callable[[Any], str]
    beneath: Callable[[Any], str]
    # The path from a row to its evaluation: those of the one at hand come first.
    evaluation_path: str = ""
    # Whether acts on such a row are found by their verb and its name.
    has_acts: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    address: str
    beneath: str = ""


# By kind; each floor adds its own from the modules that its hooks name.
SEARCHES: Registry[str, Search] = Registry("search")


def register_search(search: Search) -> Search:
    return SEARCHES.register(search.kind, search)


register_search(
    Search(
        kind="evaluations",
        title="Evaluations",
        order=20,
        icon="balance",
        rows=lambda reader: Evaluation.objects.visible_to(reader.user),
        columns=("title", "buyer"),
        closest="title",
        label=str,
        address=lambda row: reverse("admin:evaluation_overview", args=[row.slug]),
        beneath=lambda row: (
            f"{row.get_stage_display() if row.is_open else row.get_status_display()}"
            f" · {row.buyer}"
        ),
        evaluation_path="pk",
        has_acts=True,
    )
)


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    words: tuple[str, ...]


def matching(
    search: Search, reader: Reader, words: Sequence[str], text: str
) -> QuerySet[Any]:
    """The rows that hold all words, those of the evaluation at hand first.

    Before them come rows that are called so, then those whose name begins so.
    """
    closeness = Case(
        When(Q((f"{search.closest}__iexact", text)), then=0),
        When(Q((f"{search.closest}__istartswith", text)), then=1),
        default=2,
    )
    here: list[Any] = []
    if reader.evaluation is not None and search.evaluation_path:
        at_hand = Q((search.evaluation_path, reader.evaluation.pk))
        here = [Case(When(at_hand, then=0), default=1)]
    matches = search.rows(reader)
    if search.evaluation_path and not (
        reader.evaluation is not None and reader.evaluation.is_practice
    ):
        # Not by a join: answers are found by the index of their words.
        tests = Evaluation.objects.filter(is_practice=True)
        matches = matches.exclude((f"{search.evaluation_path}__in", tests.values("pk")))
    rows = holding(matches, search.columns, words)
    return rows.order_by(closeness, *here, search.closest, "pk")


def closeness_of(label: str, text: str) -> int:
    """How close a name is to what was typed: 0 is it, 1 begins so, 2 has it somewhere.

    The kind whose best hit is closest is shown first.
    """
    name, typed = label.casefold(), text.casefold()
    return 0 if name == typed else 1 if name.startswith(typed) else 2


FILLERS = frozenset(("a", "an", "the", "to", "of", "for", "in", "on", "my", "new"))
MOST_ACTS, MOST_ROWS, MOST_LOOKUPS, MOST_ASKED = 12, 3, 4, 16


def spoken_acts(words: Sequence[str]) -> list[tuple[Act[Any], tuple[str, ...]]]:
    """The acts that the words may mean, those that most of them name first, each with
    the rest of the words."""
    meant = [word for word in words if word not in FILLERS]
    spoken = []
    for act in ACTS_ACTS.values():
        names = words_of(f"{act.title} {act.verb}")
        rest = tuple(word for word in meant if not _begins(names, word))
        if len(rest) < len(meant):
            spoken.append((act, rest))
    spoken.sort(key=lambda each: (len(each[1]), len(each[0].title), each[0].title))
    return spoken[:MOST_ACTS]


def _begins(names: Sequence[str], word: str) -> bool:
    return len(word) > 1 and any(name.startswith(word) for name in names)


class Targets:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.kept: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
        self.searches = {
            search.rows(reader).model: search
            for search in SEARCHES.values()
            if search.has_acts
        }

    def of(self, act: Act[Any], rest: tuple[str, ...]) -> list[Any]:
        """What the act may be done to: what the rest of the words name.

        Without a rest an act on an evaluation is done to the one at hand, else to one
        of the reader's newest.
        """
        if act.model is None:
            return [] if rest else [None]
        search = self.searches.get(act.model)
        if search is None or (not rest and act.model is not Evaluation):
            return []
        if not rest and self.reader.evaluation is not None:
            return [self.reader.evaluation]
        key = (search.kind, rest)
        if key not in self.kept:
            if len(self.kept) >= MOST_LOOKUPS:
                return []
            if rest:
                rows = matching(search, self.reader, rest, " ".join(rest))
            else:
                rows = search.rows(self.reader).filter(status=Status.OPEN)
                rows = rows.order_by("-created_at", "pk")
            self.kept[key] = list(rows[:MOST_ROWS])
        return self.kept[key]


def act_hits(reader: Reader, words: Sequence[str], most: int) -> Iterator[Hit]:
    targets, queries, hits = Targets(reader), 0, 0
    for act, rest in spoken_acts(words):
        for target in targets.of(act, rest):
            if queries == MOST_ASKED or hits == most:
                return
            queries += 1
            if act.why_not(reader.user, target) is None:
                hits += 1
                yield _hit(act, target)


def _hit(act: Act[Any], target: Any) -> Hit:
    address = address_of(act.name, target)
    if target is None:
        return Hit(act.title, address)
    title = act.worded(target).title
    if isinstance(target, Evaluation):
        return Hit(title, address, str(target))
    return Hit(f"{title}: {target}", address, str(target.evaluation))


def names(label: str, words: Sequence[str]) -> bool:
    parts = words_of(label)
    return all(any(name.startswith(word) for name in parts) for word in words)


def _pages(request: HttpRequest, reader: Reader) -> list[Hit]:
    hits: list[Hit] = []
    if reader.evaluation is not None:
        hits = [
            Hit(reader.evaluation.say(tab.label), address, str(reader.evaluation))
            for tab in all_tabs()
            if (address := tab_address(tab, reader.evaluation, reader.user))
        ]
    hits += [
        Hit(item["title"], item["link"], group["title"])
        for group in groups_for(site, request)
        for item in group["items"]
    ]
    return hits


# So many of a kind beside the others; the rest is on a page of its own.
MOST = 8
ACTS, PAGES = "acts", "pages"


@dataclass(frozen=True, slots=True)
class Found:
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
    words = query.words
    pages = [hit for hit in _pages(request, reader) if names(hit.label, words)]
    groups = [
        Found(PAGES, "Pages", "article", pages[:MOST]),
        Found(ACTS, "Do", "bolt", list(act_hits(reader, words, MOST))),
    ]
    for search in sorted(SEARCHES.values(), key=lambda each: each.order):
        groups.append(of_kind(search, reader, query, 0, MOST))
    return sorted(
        (found for found in groups if found.hits),
        key=lambda each: min(closeness_of(hit.label, query.text) for hit in each.hits),
    )


def of_kind(
    search: Search, reader: Reader, query: Query, start: int, number: int
) -> Found:
    rows = matching(search, reader, query.words, query.text)
    read = list(rows[start : start + number + 1])
    hits = [
        Hit(search.label(row), search.address(row), search.beneath(row))
        for row in read[:number]
    ]
    return Found(search.kind, search.title, search.icon, hits, len(read) > number)


# The page of results, and the part of it that the box shows while one types.
#
# It only shows, and nothing of what is typed is kept or logged.

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
        group = of_kind(SEARCHES[kind], reader, query, start, ON_A_PAGE)
        context |= {
            "groups": [group] if group.hits else [],
            "before": number - 1,
            "after": number + 1 if group.more and number < LAST_PAGE else 0,
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
    check_length(text, words)
    return Query(text, tuple(words))


def reader_of(request: HttpRequest) -> Reader:
    """Who searches; an evaluation that they may not see is as good as none."""
    user: Any = request.user
    slug = request.GET.get("in", "")
    seen = Evaluation.objects.visible_to(user).select_related("owner")
    return Reader(user, seen.filter(slug=slug).first() if slug else None)


site.register_page("search/", search_page, "search")
