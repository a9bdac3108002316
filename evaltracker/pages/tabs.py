"""The side menu inside an evaluation: its pages in groups, and what waits where."""

import datetime
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Expression, F, Func, IntegerField, QuerySet, Subquery
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, JournalHead, User
from evaltracker.pages.acts import place_of
from evaltracker.toolbox.registry import Registry

# Numbers beside every page, which are counted every half minute and not for each.
#
# What the reader does shows at once: the session says when they did something last.
# What others do shows within `COUNT_AGAIN_SECONDS`. Pages themselves never read these.

ACTED = "acted_at"


def note_act(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        request.session[ACTED] = time.time()


def counted_lately[N](request: HttpRequest, about: str, count: Callable[[], N]) -> N:
    """What `count` gives, or gave the same reader lately; `about` names it."""
    user: Any = request.user
    session = getattr(request, "session", {})
    key = f"lately:{user.pk}:{session.get(ACTED, 0)}:{about}"
    cache = caches["process"]
    number: N | None = cache.get(key)
    if number is None:
        number = count()
        cache.set(key, number, settings.COUNT_AGAIN_SECONDS)
    return number


# Sent with `user`, the reader; a higher floor answers how much is new for them.
news_asked = Signal()
# So many new things are too many to be told apart.
MANY = 100


def count_news(request: HttpRequest) -> str:
    """How much is new for the reader, as the bell shows it; blank if nothing is."""

    def count() -> int:
        answers = news_asked.send(User, user=request.user)
        return sum(int(number or 0) for _, number in answers)

    number = counted_lately(request, "news", count)
    if number >= MANY:
        return f"{MANY - 1}+"
    return str(number or "")


# Answering “you have that already”: a page that did not change is not made again.
#
# The journal's head counts every change of an evaluation, so it is the version
# (decision 2). What else changes a page is in its tag, too: who reads in which session,
# the day, the address with its filters, the code, and what the page itself names.

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("evaltracker", "stakeholders", "vendors", "trials")
KINDS = frozenset({".py", ".html", ".css", ".js", ".json"})


def unless_unchanged(
    request: HttpRequest,
    evaluation: Evaluation,
    make: Callable[[], HttpResponse],
    *,
    day: datetime.date,
    counted: Expression | Subquery,
) -> HttpResponse:
    """304 if the reader's copy is good, else what `make` makes, with its tag.

    `day` is what the answer takes for today; `counted` is read beside the journal's
    head and tells what time alone changes. Rights have to be asked before. The copy is
    the reader's alone and is asked about each time; an answer that carries a message is
    no copy to keep.
    """
    user: Any = request.user
    if len(get_messages(request)):
        return make()
    session: Any = request.session
    head = JournalHead.objects.filter(evaluation=evaluation)
    known = [
        code_version(),
        request.get_full_path(),
        request.headers.get("X-Parts"),
        session.session_key,
        user.pk,
        str(user),
        user.is_superuser,
        evaluation.pk,
        head.values_list("hash", counted).first(),
        day,
    ]
    digest = hashlib.sha256("\0".join(map(str, known)).encode()).hexdigest()
    tag = f'"{digest[:40]}"'
    response = get_conditional_response(request, etag=tag) or make()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@cache
def code_version() -> str:
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.*")):
            if path.suffix in KINDS:
                stat = path.stat()
                digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return digest.hexdigest()


Visible = Callable[["User", "Evaluation"], bool]

# The parts of a purchase, in the order of the process. Overview and comparison are read
# at every time, so they are in none.
GROUPS = ("Need", "People", "Market", "Proof", "Decision", "Record")


@dataclass(frozen=True, order=True)
class Tab:
    """One page of an evaluation; `order` is its place in the menu, 0 if it has none.

    Until it is `visible` its line stands there without a link, so that none moves.
    """

    order: int
    slug: str
    label: str
    url_name: str
    group: str = ""
    visible: Visible | None = None


# By place in the process, or by name.
_TABS: Registry[int | str, Tab] = Registry("tab")


def register_tab(tab: Tab) -> None:
    """Add a page; its `url_name` is registered with the evaluation's slug.

    Raises:
        ImproperlyConfigured: there is no such group, or the place is taken.
    """
    if tab.group and tab.group not in GROUPS:
        raise ImproperlyConfigured(f"{tab.slug!r} is in no group: {tab.group!r}.")
    _TABS.register(tab.order or tab.slug, tab)


def all_tabs() -> list[Tab]:
    return sorted(tab for tab in _TABS.values() if tab.order)


def named_pages() -> list[Tab]:
    """The menu's pages, and those with a name that only other pages lead to."""
    return [tab for tab in _TABS.values() if tab.label]


def tab_address(tab: Tab, evaluation: Evaluation, user: User) -> str:
    """Where the page stands; blank as long as `user` cannot open it."""
    if tab.visible is not None and not tab.visible(user, evaluation):
        return ""
    return place_of(f"admin:{tab.url_name}", evaluation.slug)


def label_of(slug: str) -> str:
    labels = {tab.slug: tab.label for tab in _TABS.values()}
    return labels.get(slug) or slug.replace("_", " ").capitalize()


# The rows of a page that wait for this person; None where nothing can.
Waiting = Callable[[User, Evaluation], QuerySet[Any] | None]

# By the page's slug; a page may have several.
_WAITING: Registry[tuple[str, str], Waiting] = Registry("count")

# Where the work of a stage is done; these groups are open in it.
WORKED_ON = {
    Stage.REQUIREMENTS: ("Need", "People"),
    Stage.RESEARCH: ("Market",),
    Stage.DEMOS: ("Proof",),
    Stage.TRIALS: ("Proof",),
    Stage.DECISION: ("Decision",),
}


@dataclass(frozen=True, slots=True)
class MenuLine:
    label: str
    address: str
    is_here: bool
    waiting: int = 0


@dataclass(slots=True)
class MenuGroup:
    title: str
    is_open: bool = False
    lines: list[MenuLine] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self.lines)


def waits_on(slug: str) -> Callable[[Waiting], Waiting]:
    """Decorator: rows of the page `slug` that wait for the reader, as they may see.

    All counts of a menu are read in one query, so it returns a queryset that nobody
    has asked yet.
    """

    def register(count: Waiting) -> Waiting:
        return _WAITING.register((slug, count.__name__), count)

    return register


def menu_of(
    evaluation: Evaluation, user: User, active: str, waiting: Mapping[str, int]
) -> list[MenuGroup]:
    """The menu as `user` reads it on the page `active`, in the order of the process.

    Open are the groups of the current stage and that of the page; `waiting` is how much
    of each page waits for them, by slug.
    """
    groups = {title: MenuGroup(title) for title in ("", *GROUPS)}
    for title in WORKED_ON[Stage(evaluation.stage)] if evaluation.is_open else ():
        groups[title].is_open = True
    for tab in all_tabs():
        group = groups[tab.group]
        is_here = tab.slug == active
        group.is_open |= is_here
        address = tab_address(tab, evaluation, user)
        label = evaluation.say(tab.label)
        number = waiting.get(tab.slug, 0)
        group.lines.append(MenuLine(label, address, is_here, number))
    return [group for group in groups.values() if group.lines]


def count_waiting(evaluation: Evaluation, user: User) -> dict[str, int]:
    counts = [
        (slug, _number(rows))
        for (slug, _), count in _WAITING.items()
        if (rows := count(user, evaluation)) is not None
    ]
    if not counts:
        return {}
    here = Evaluation.objects.filter(pk=evaluation.pk)
    numbers = here.values_list(*(number for _, number in counts)).get()
    totals = Counter[str]()
    for (slug, _), number in zip(counts, numbers, strict=True):
        totals[slug] += number
    return totals


def _number(rows: QuerySet[Any]) -> Subquery:
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(
        rows.order_by().annotate(number_of_rows=number).values("number_of_rows")
    )


# How a verdict looks: words, a shape, and a tone that only repeats the two.

Mark = tuple[str, str, str]

UNKNOWN_MARK: Mark = ("nothing", "empty", "calm")

TABLES = json.loads(Path(__file__).with_name("marks.json").read_text(encoding="utf-8"))
# Availability as a vendor states it, and verdicts as people judge it.
MARKS: dict[str, Mark]
STANDINGS: dict[str, Mark]
MARKS, STANDINGS = (
    {name: tuple(mark) for name, mark in TABLES[table].items()}
    for table in ("marks", "standings")
)
