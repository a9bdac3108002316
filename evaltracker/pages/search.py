"""Acts as they are said: “invite Databricks”, “add a requirement”.

Some words are those of an act, the others those of the thing that it is done to. Only
what the reader may do now is found, by the act's own `why_not`. Few acts are asked,
and of few rows, so a query costs no more in a large house than in a small one.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import models
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from evaltracker.errors import Invalid, Problem
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import evaluation_of
from evaltracker.pages.acts import ACTS as ACTS_ACTS
from evaltracker.pages.acts import Act, address_of
from evaltracker.pages.base import LONGEST_SEARCH, check_length
from evaltracker.pages.site import Detour, groups_for, site
from evaltracker.pages.tabs import MANY, named_pages, tab_address
from evaltracker.toolbox.full_text import holding, words_of
from evaltracker.toolbox.registry import Registry


def filters_of(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    filters = request.GET
    return {
        name: filters[name].replace("\x00", "") for name in names if filters.get(name)
    }


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
class SearchScope:
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
    rows: Callable[[SearchScope], models.QuerySet[Any]]
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
    search: Search, reader: SearchScope, words: Sequence[str], text: str
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
    name = label.casefold()
    typed = text.casefold()
    if name == typed:
        return 0
    return 1 if name.startswith(typed) else 2


def begun_by(label: str, text: str) -> int:
    """How much of what was typed a label begins: “Add to” more than “Add”."""
    name = f"{label.casefold()} "
    typed = f"{text.casefold()} "
    if typed.startswith(name):
        return len(name)
    return 0


FILLERS = frozenset(("a", "an", "the", "to", "of", "for", "in", "on", "my", "new"))
SHORTEST = 2
MOST_ACTS = 32
MOST_ROWS = 3
MOST_LOOKUPS = 12
MOST_ASKED = 16
# The columns that people know a row by, where no search says it.
NAMES = ("ref", "code", "name", "title", "text", "email")
# What people say for a word of ours, and what buttons that lead to an act or a page
# say besides its own title.
SYNONYMS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("search_synonyms.json").read_text(encoding="utf-8")
)


@lru_cache(maxsize=4_096)
def names_of(*labels: str) -> tuple[str, ...]:
    """The words of these labels, and those that people say for them."""
    words = words_of(" ".join(labels))
    synonyms = " ".join(SYNONYMS["words"].get(word, "") for word in words)
    return (*words, *words_of(synonyms))


def rest_of(words: Sequence[str], labels: Sequence[str]) -> tuple[str, ...] | None:
    """The words that do not name the labels; None where none does."""
    meant = [word for word in words if word not in FILLERS] or words
    known = names_of(*labels)
    rest = tuple(
        word
        for word in meant
        if word not in known
        and (len(word) < SHORTEST or not any(name.startswith(word) for name in known))
    )
    if len(rest) < len(meant):
        return rest
    return None


def labels_of(reader: SearchScope, kind: str, name: str, *labels: str) -> list[str]:
    """What an act or a page is called, in words of the evaluation at hand."""
    synonyms = SYNONYMS[kind].get(name, "").split("|")
    texts = [text for text in (*labels, *synonyms) if text]
    if reader.evaluation:
        return [*map(reader.evaluation.say, texts)]
    return texts


def spoken_acts(
    reader: SearchScope, query: Query, first: Collection[Any]
) -> list[tuple[Act[Any], list[str], tuple[str, ...]]]:
    """The acts that the words may mean, with what they are called, those that most of
    the words name first, and of these such on the models `first`; each with the rest
    of the words: what it is done to."""
    candidates = []
    for act in ACTS_ACTS.values():
        labels = labels_of(reader, ACTS, act.name, act.title, act.verb)
        rest = rest_of(query.words, labels)
        if rest is not None:
            close = min(closeness_of(label, query.text) for label in labels)
            begun = max(begun_by(label, query.text) for label in labels)
            order = (len(rest), close, -begun, bool(rest) and act.model not in first)
            candidates.append((*order, len(act.title), act.title, act, labels, rest))
    candidates.sort(key=lambda candidate: candidate[:6])
    return [(act, labels, rest) for *_, act, labels, rest in candidates[:MOST_ACTS]]


class Targets:
    def __init__(self, reader: SearchScope) -> None:
        self.reader = reader
        self.kept: dict[tuple[Any, tuple[str, ...]], list[Any]] = {}
        self.searches = {
            search.rows(reader).model: search
            for search in SEARCHES.values()
            if search.has_acts
        }

    def of(self, act: Act[Any], rest: tuple[str, ...]) -> list[Any]:
        """What the act may be done to: what the rest of the words name.

        Without a rest it is done to the evaluation at hand or to rows of it, else an
        act on an evaluation to one of the reader's newest.
        """
        at_hand = self.reader.evaluation
        if act.model is Evaluation:
            return self.evaluations(rest)
        if act.model is not None:
            return self._kept(act.model, rest)
        if type(act).load is Act.load:
            return [] if rest else [None]
        if at_hand:
            rows = act.targets_in(at_hand, self.reader.user)
        else:
            rows = []
        return [row for row in rows if not rest or names(act.heading(row), rest)]

    def evaluations(self, rest: tuple[str, ...]) -> list[Any]:
        """The one at hand unless the words name others."""
        if not rest and self.reader.evaluation is not None:
            return [self.reader.evaluation]
        return self._kept(Evaluation, rest)

    def _kept(self, model: Any, rest: tuple[str, ...]) -> list[Any]:
        key = (model, rest)
        if key not in self.kept:
            if len(self.kept) >= MOST_LOOKUPS:
                return []
            self.kept[key] = list(self._look_up(model, rest)[:MOST_ROWS])
        return self.kept[key]

    def _look_up(self, model: Any, rest: tuple[str, ...]) -> Any:
        search = self.searches.get(model)
        at_hand = self.reader.evaluation
        if search is not None and rest:
            return matching(search, self.reader, rest, " ".join(rest))
        if model is Evaluation:
            rows = model.objects.visible_to(self.reader.user).real()
            return rows.filter(status=Status.OPEN).order_by("-created_at", "pk")
        if at_hand is None or not hasattr(model._default_manager, "in_evaluation"):
            return []
        rows = model.objects.visible_to(self.reader.user).in_evaluation(at_hand)
        if model is Visit:
            # Of the stages, it is the newest in which something can be done.
            rows = rows.reverse()
        known = {field.name for field in model._meta.get_fields()}
        columns = [name for name in NAMES if name in known]
        if rest and columns:
            return holding(rows, columns, rest)
        return rows


def act_hits(
    request: HttpRequest, reader: SearchScope, query: Query, most: int
) -> list[Hit]:
    """What may be done; first what says least besides the words."""
    targets = Targets(reader)
    budget = iter(range(MOST_ASKED))
    acts = spoken_acts(reader, query, targets.searches)
    # What nothing is called by may be a word of a button more than its act has.
    without_rest = [(act, labels, ()) for act, labels, rest in acts if rest]
    for candidates in (acts, without_rest):
        tries = (
            (act, labels, row)
            for act, labels, rest in candidates
            for row in targets.of(act, rest)
        )
        tried = zip(tries, budget, strict=False)
        hits = islice(_hits(request, query, targets, tried), most)
        if ranked := sorted(hits, key=itemgetter(0)):
            return [hit for _, hit in ranked]
    return []


def _hits(
    request: HttpRequest, query: Query, targets: Targets, tried: Iterable[Any]
) -> Iterator[tuple[int, Hit]]:
    """What may be done now, and how much it says besides the words."""
    user = targets.reader.user
    for (act, labels, row), _ in tried:
        is_own = act.model is not None and type(act).load is not Act.load
        if is_own:
            target = act.load(user, str(row.pk))
        else:
            target = row
        named = act.model in targets.searches or _is_open(request, act, target)
        if named and act.why_not(user, target) is None:
            extra = min(_extra(query, label, row) for label in labels)
            yield extra, _hit(act, row, target)


def _is_open(request: HttpRequest, act: Act[Any], target: Any) -> bool:
    """Whether nothing has to be answered before the target's name is read."""
    try:
        act.ask_before(request, target)
    except (Detour, Problem):
        return False
    return True


def _extra(query: Query, label: str, target: Any) -> int:
    is_row = isinstance(target, models.Model) and not isinstance(target, Evaluation)
    text = f"{label} {target}" if is_row else label
    return len({*words_of(text)} - {*query.words})


def _hit(act: Act[Any], row: Any, target: Any) -> Hit:
    address = address_of(act.name, row)
    if row is None:
        return Hit(act.title, address)
    title = act.worded(target).title
    if isinstance(row, Evaluation):
        return Hit(title, address, str(row))
    evaluation = str(getattr(act, "evaluation", evaluation_of)(target))
    is_row = target is row and isinstance(row, models.Model)
    return Hit(
        f"{title}: {row}" if is_row else act.heading(target), address, evaluation
    )


def names(label: str, words: Sequence[str]) -> bool:
    """Whether each word begins one of the label's, or of what people say for it."""
    return rest_of(words, (label,)) == ()


def _pages(
    request: HttpRequest, reader: SearchScope, words: Sequence[str]
) -> Iterator[Hit]:
    """Pages of the evaluation at hand, or of those that the words name; then others."""
    tabs = [
        (len(rest), tab.order or MANY, tab.label, tab, rest)
        for tab in named_pages()
        if (rest := rest_of(words, labels_of(reader, PAGES, tab.slug, tab.label)))
        is not None
    ]
    targets = Targets(reader)
    for *_, tab, rest in sorted(tabs, key=lambda named: named[:3]):
        for evaluation in targets.evaluations(rest) or targets.evaluations(()):
            if address := tab_address(tab, evaluation, reader.user):
                yield Hit(evaluation.say(tab.label), address, str(evaluation))
    for group in groups_for(site, request):
        for item in group["items"]:
            if names(item["title"], words):
                yield Hit(item["title"], item["link"], group["title"])
    for theme, label in SYNONYMS["themes"].items():
        if names(label, words):
            yield Hit(label, f"#theme-{theme}")


# So many of a kind beside the others; the rest is on a page of its own.
MOST = 8
ACTS = "acts"
PAGES = "pages"


@dataclass(frozen=True, slots=True)
class SearchGroup:
    kind: str
    title: str
    icon: str
    hits: list[Hit]
    more: bool = False


def everything(
    request: HttpRequest, reader: SearchScope, query: Query
) -> list[SearchGroup]:
    """Every kind of which something was found, up to eight of each.

    As many queries whatever is there: one for each kind, and a bounded number that
    acts ask to know whether they may be done.
    """
    pages = list(islice(_pages(request, reader, query.words), MOST))
    groups = [
        SearchGroup(PAGES, "Pages", "article", pages),
        SearchGroup(ACTS, "Do", "bolt", act_hits(request, reader, query, MOST)),
    ]
    searches = sorted(SEARCHES.values(), key=lambda search: search.order)
    groups += [of_kind(search, reader, query, 0, MOST) for search in searches]
    return sorted(
        (group for group in groups if group.hits),
        key=lambda group: min(farness(hit, query) for hit in group.hits),
    )


def farness(hit: Hit, query: Query) -> tuple[int, int]:
    """How far a hit is from what was typed: by its name, then by the words that it
    lacks, so that a page of one of them does not hide an act of all."""
    rest = rest_of(query.words, (hit.label, hit.beneath))
    lacking = len(query.words if rest is None else rest)
    return closeness_of(hit.label, query.text), lacking


def of_kind(
    search: Search, reader: SearchScope, query: Query, start: int, number: int
) -> SearchGroup:
    rows = matching(search, reader, query.words, query.text)
    read = list(rows[start : start + number + 1])
    hits = [
        Hit(search.label(row), search.address(row), search.beneath(row))
        for row in read[:number]
    ]
    return SearchGroup(search.kind, search.title, search.icon, hits, len(read) > number)


# The page of results, and the part of it that the box shows while one types.
#
# It only shows, and nothing of what is typed is kept or logged.

PARAMETERS = frozenset(("q", "in", "kind", "page", "part"))
ON_A_PAGE = 50
LAST_PAGE = 100


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


def reader_of(request: HttpRequest) -> SearchScope:
    """Who searches; an evaluation that they may not see is as good as none."""
    user: Any = request.user
    slug = request.GET.get("in", "")
    seen = Evaluation.objects.visible_to(user).select_related("owner")
    return SearchScope(user, seen.filter(slug=slug).first() if slug else None)


site.register_page("search/", search_page, "search")
