"""Journal entries as sentences: “Lina Ortega scored Acme ML in Security.”

Every action has words, registered by the app that records it; a test fails for one that
has none. What the entry holds stays as it was written, and is shown in a fold.
"""

import datetime
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache, wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.evaluations.policy import check_owned, evaluation_of, is_owner
from evaltracker.pages.acts import Act, place_of
from evaltracker.pages.base import label
from evaltracker.pages.site import site
from evaltracker.pages.tabs import Tab, Visible, label_of, register_tab
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import listed_few, named_ref, shortened
from evaltracker.toolbox.working_days import day_in_words

FIELD = re.compile(r"\{([a-z_]+)\}")
# A row in before or after reads “name [id]”, and some rows have only an id for a name.
ROW_ID = re.compile(r" \[[0-9a-f-]{36}\]$")
NAMELESS = re.compile(r"(?:^| )[0-9a-f]{8}$")
ADDRESS = re.compile(r"[^\s@\",'<>]{1,64}@[^\s@\",'<>]{1,255}")
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?")
MOST = 110  # letters of one value
# Fields that hold the reference of a requirement, or several.
REFS = frozenset({"requirement", "ref", "requirements"})


# What the actor did: plain and named, or plain alone. The plain one tells no value; the
# named one names fields of the entry, or its `subject`, and is said when each of them
# is there and the reader may read them.
type Phrases = tuple[str, str] | str
type Codes = Mapping[str, str]
type Names = Callable[[Collection[str]], Mapping[str, str]]
# Of the ids of subjects, those whose values the user may read now.
type Opened = Callable[[User, Evaluation, Collection[str]], set[str]]
# In place of a type of subject: every one.
EVERYTHING = ""


class JournalPart(NamedTuple):
    # By action.
    words: Mapping[str, Phrases] = {}
    # By field, what its codes are called, everywhere or in an evaluation: “it” is IT.
    codes: Mapping[str, Codes | Callable[[Evaluation], Codes]] = {}
    # By type of subject, whose entries name rows by id alone: their names by id.
    names: Mapping[str, Names] = {}
    # By type of subject: values of its entries are hidden unless the subject is opened.
    # Scores are blind and prices sealed (docs/developers/design.md, section 8), so the
    # journal must not tell what the pages of those things would not.
    seals: Mapping[str, Opened] = {}


def phrases_beside(module: str) -> dict[str, Phrases]:
    """What `journal_words.json` beside a module says of each action."""
    text = Path(module).with_name("journal_words.json").read_text(encoding="utf-8")
    phrases: dict[str, Phrases] = json.loads(text)
    return phrases


# By app.
JOURNAL: Registry[str, JournalPart] = Registry("part of the journal")


@cache
def whole_journal() -> JournalPart:
    """What all apps say, as one; asked once they are loaded."""

    def joined(name: str) -> dict[str, Any]:
        parts = (getattr(part, name) for part in JOURNAL.values())
        return {key: value for part in parts for key, value in part.items()}

    return JournalPart(*map(joined, JournalPart._fields))


def phrases_of(action: str) -> tuple[str, str] | None:
    """Plain and named; None of what came with a file, from another version."""
    phrases = whole_journal().words.get(action)
    if isinstance(phrases, str):
        return (phrases, "")
    return phrases


@dataclass(frozen=True, slots=True)
class Known:
    texts: Mapping[str, str]
    names: Mapping[tuple[str, str], str]
    codes: Mapping[str, Codes]


def known_of(evaluation: Evaluation, entries: Iterable[Entry]) -> Known:
    """What the sentences of these entries need: a query for the requirements, and one
    for each type of subject that is named so."""
    names = whole_journal().names
    ids: dict[str, set[str]] = {}
    refs: set[str] = set()
    for entry in entries:
        refs |= refs_of(entry)
        if entry.subject_type in names:
            ids.setdefault(entry.subject_type, set()).add(entry.subject_id)
    rows = evaluation.requirements.filter(ref__in=refs)
    return Known(
        dict(rows.values_list("ref", "text")) if refs else {},
        {
            (kind, key): name
            for kind, wanted in ids.items()
            for key, name in names[kind](wanted).items()
        },
        {
            field: codes(evaluation) if callable(codes) else codes
            for field, codes in whole_journal().codes.items()
        },
    )


def entry_sentence(entry: Entry, known: Known, *, sealed: bool) -> str:
    """The entry in a sentence.

    Of one whose values are sealed from the reader it says only what kind it is.
    """
    who = entry.actor_name
    if entry.on_behalf_of:
        who = f"{who}, for {entry.on_behalf_of},"
    return f"{who} {deed(entry, known, sealed=sealed)}."


def deed(entry: Entry, known: Known, *, sealed: bool) -> str:
    phrases = phrases_of(entry.action)
    if phrases is None:
        name = subject_name(entry)
        return (
            f"recorded “{label(entry.action).lower()}”{f' of {name}' if name else ''}"
        )
    plain, named = phrases
    if sealed or not named:
        return plain
    values = {**entry.before, **entry.after}
    parts: dict[str, str] = {}
    for field in FIELD.findall(named):
        if field == "subject":
            parts[field] = subject_name(entry, known)
        elif field == "fields":
            changed = dict.fromkeys((*entry.before, *entry.after))
            parts[field] = listed_few([label(name).lower() for name in changed])
        else:
            # A name that was kept says it as it was then.
            value = values.get(f"{field}_name") or values.get(field)
            parts[field] = value_words(field, value, known)
        if not parts[field]:
            return plain
    return FIELD.sub(lambda match: parts[match[1]], named)


def subject_name(entry: Entry, known: Known | None = None) -> str:
    name = entry.subject_label
    if known and entry.subject_type == "requirement":
        return named_ref(name, known.texts.get(name, ""))
    if known and (title := known.names.get((entry.subject_type, entry.subject_id))):
        return shortened(title, MOST)
    return "" if NAMELESS.search(name) else name


def value_words(field: str, value: Any, known: Known) -> str:
    """A value in few words; blank for none. No address of mail is in it."""
    if isinstance(value, list):
        return listed_few([value_words(field, item, known) for item in value])
    if value is None or isinstance(value, (dict, bool)):
        return ""
    text = str(value)
    if field in REFS and text:
        return named_ref(text, known.texts.get(text, ""))
    if day := DAY.fullmatch(text):
        return day_in_words(datetime.date.fromisoformat(day[1]))
    text = known.codes.get(field, {}).get(text, text)
    line = shortened(ROW_ID.sub("", text), MOST).rstrip(".")
    return ADDRESS.sub("(an address)", line)


def refs_of(entry: Entry) -> set[str]:
    if entry.subject_type == "requirement":
        refs = {entry.subject_label}
    else:
        refs = set()
    for values in (entry.before, entry.after):
        for field in REFS & values.keys():
            value = values[field]
            if isinstance(value, (str, list)):
                refs.update([value] if isinstance(value, str) else map(str, value))
    return refs


# Where a request keeps the name and label of the page that it asks for.
SHOWN = "evaluation_page"
EvaluationView = Callable[[HttpRequest, Evaluation], HttpResponse]


def find_evaluation(user: User, slug: str) -> Evaluation:
    """The evaluation, if `user` may see it.

    Raises:
        NotFound: it is not there, or not there for them.
    """
    seen = Evaluation.objects.visible_to(user).select_related("owner")
    evaluation: Evaluation | None = seen.filter(slug=slug).first()
    if evaluation is None:
        raise NotFound
    return evaluation


def evaluation_page(
    name: str,
    label: str,
    *,
    order: int = 0,
    group: str = "",
    route: str | None = None,
    methods: tuple[str, ...] = ("GET", "HEAD"),
    visible: Visible | None = None,
) -> Callable[[EvaluationView], EvaluationView]:
    """Serve a view of one evaluation at `/admin/e/<slug>/<name>/`, with hyphens.

    Its address is `admin:evaluation_<name>`; with `order` it gets a place in `group`
    (`tabs.GROUPS`). `route` replaces the last part of the path.
    """
    if route is None:
        tail = f"{name.replace('_', '-')}/"
    else:
        tail = route
    address = f"evaluation_{name}"

    def register(view: EvaluationView) -> EvaluationView:
        @wraps(view)
        def page(request: HttpRequest, slug: str) -> HttpResponse:
            user: Any = request.user
            evaluation = find_evaluation(user, slug)
            if request.method not in methods:
                return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
            vars(request)[SHOWN] = name, label
            return view(request, evaluation)

        site.register_page(f"e/<slug:slug>/{tail}", page, address)
        if route is None and "_" in name:  # as older mails write it
            site.register_page(f"e/<slug:slug>/{name}/", page, f"{address}_before")
        register_tab(Tab(order, name, label, address, group, visible))
        return view

    return register


def page_address(evaluation: Evaluation, name: str, anchor: str = "") -> str:
    place = place_of(f"admin:evaluation_{name}", evaluation.slug)
    if anchor:
        return f"{place}#{anchor}"
    return place


def crumbs_to(evaluation: Evaluation, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    way = [(str(evaluation), page_address(evaluation, "overview"))]
    return way + [
        (evaluation.say(label), page_address(evaluation, name)) if name else (label, "")
        for label, name in steps
    ]


def show(
    request: HttpRequest,
    evaluation: Evaluation,
    template: str,
    *,
    title: str = "",
    tab: str = "",
    **context: Any,
) -> TemplateResponse:
    """`title` and `tab` are those of the page that is asked for, unless given."""
    own_tab, own_title = vars(request).get(SHOWN, ("", ""))
    title = title or own_title
    tab = tab or own_tab
    context.setdefault("crumbs", crumbs_to(evaluation, (title, "")))
    context |= {"title": title, "evaluation": evaluation, "tab": tab}
    return site.page(request, template, **context)


# What an act says of itself.
TEXTS = ("title", "verb", "help", "success", "preview_verb", "again_verb")


class InEvaluation[T](Act[T]):
    """An act inside one evaluation; `tab` is the page that it belongs to."""

    tab: ClassVar[str] = "overview"
    # Where the target stands on that page, as in “requirement-” and its id.
    anchor: ClassVar[str] = ""
    # Or the heading there that it stands under.
    beside: ClassVar[str] = ""

    def evaluation(self, target: T) -> Evaluation:
        return evaluation_of(target)

    def worded(self, target: T) -> Self:
        evaluation = self.evaluation(target)
        # What is about a login is in no evaluation.
        if not getattr(evaluation, "words", None):
            return self
        texts = {name: evaluation.say(getattr(self, name)) for name in TEXTS}
        act = copy(self)
        vars(act).update(texts, say=evaluation.say)
        return act

    def allowed(self, user: User, target: T) -> bool:
        """The owner, unless a subclass says otherwise."""
        return is_owner(user, self.evaluation(target))

    def check(self, user: User, target: T) -> None:
        """Ask the rule; without one of its own, the owner while it is open."""
        plain = type(self).allowed is InEvaluation.allowed
        if type(self).rule is None and plain:
            check_owned(self.evaluation(target), user)
        else:
            super().check(user, target)

    def context(self, target: T, user: User) -> dict[str, Any]:
        evaluation = self.evaluation(target)
        label = label_of(self.tab)
        crumbs = crumbs_to(evaluation, (label, self.tab), (self.title, ""))
        return {"evaluation": evaluation, "tab": self.tab, "crumbs": crumbs}

    def page(self, target: T, anchor: str = "") -> str:
        return page_address(self.evaluation(target), self.tab, anchor)

    def cancel_url(self, target: T) -> str:
        row: Any = target
        if self.anchor:
            at = f"{self.anchor}-{row.pk}"
        else:
            at = self.beside
        return self.page(target, at)


class OnEvaluation(InEvaluation[Evaluation]):
    model = Evaluation
    related = ("owner",)
    target_name = "evaluation"
    heading_format = "{title}"


def sealed_entries(
    user: User, evaluation: Evaluation, entries: list[Entry]
) -> set[int]:
    sealed: set[int] = set()
    for subject_type, opened in whole_journal().seals.items():
        about = {
            entry.number: entry.subject_id
            for entry in entries
            if subject_type in (EVERYTHING, entry.subject_type)
        }
        if about:
            open_ids = opened(user, evaluation, {*about.values()})
        else:
            open_ids = set()
        sealed |= {number for number, key in about.items() if key not in open_ids}
    return sealed
