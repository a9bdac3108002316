"""A language in which every msgid of the catalogue stands between ⟦ and ⟧.

What is seen outside came past the catalogue. Placeholders and tags stay outside of the
marks, so a translated sentence cannot hide an English word that is put into it.
"""

import io
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.apps import apps

from evaltracker.money import currency_choices
from tests.architecture.words import catalogue
from vendors.costs.kinds import IT

LANGUAGE = "de"
KEPT = re.compile(r"(%\(\w+\)[#0-9.+-]*[a-z]|%[sd]|<[^>]*>)")
# Never words: addresses, ids, digests, secrets, file names, what a code looks like.
NO_WORDS = re.compile(
    r"https?://\S*|[\w.+-]+@[\w.-]+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{8,64}\b"
    r"|\bevt_\w+…?|\b[A-Z]{4}-[A-Z]{4}\b|\bSHA-256\b|\b[\w-]+\.(xlsx|ics|pdf|txt|json)\b"
    r"|\b[0-9A-Z]{4,}-[0-9A-Z]+\b|&nbsp;"
)
# Blocks whose text is one sentence or more.
WORD = re.compile(r"[^\W\d_]{2,}")
# What a line of a timetable begins with.
DAY = re.compile(r"^\d{4}-\d\d-\d\d ")
SPOKEN = ("title", "alt", "aria-label", "placeholder", "aria-description", "content")
SILENT = {"script", "style", "template"}
# The product, languages by their own names, zones, units and file types.
EVERYWHERE = {
    *("evaltracker", "Deutsch", "Français", "English", "UTC", "MEZ", "MESZ", "CET"),
    *(
        "Europe",
        "Berlin",
        "CEST",
        "testserver",
        "ms",
        "MB",
        "KB",
        "und",
        "oder",
        "Uhr",
        "Bytes",
    ),
    *("pdf", "png", "jpeg", "jpg", "txt", "md", "csv", "xlsx", "docx"),
}


def wrapped(text: str) -> str:
    """The msgid between marks, what is put into it outside of them."""
    return "".join(
        part if not part.strip() or KEPT.fullmatch(part) else f"⟦{part}⟧"
        for part in KEPT.split(text)
    )


def write_catalogue(folder: Path) -> None:
    """The catalogue of that language, to be found in a folder of LOCALE_PATHS."""
    catalog = Catalog(locale=LANGUAGE)
    for message in catalogue(LANGUAGE):
        if not message.id:
            continue
        said = (
            tuple(map(wrapped, message.id))
            if isinstance(message.id, tuple | list)
            else wrapped(message.id)
        )
        catalog.add(message.id, said, context=message.context)
    path = folder / LANGUAGE / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    path.write_bytes(compiled.getvalue())


# What the walk types, and what a browser or a calendar knows by itself.
TYPED = (
    *("Yes.", "No.", "A secret.", "Nonsense", "dear", "many", "soon", "requests"),
    *(
        "a lot",
        "p95 latency",
        "Build server",
        "Too late.",
        "user",
        "Bearer",
        "Authorization",
    ),
)
# What the owner and vendors wrote, by table.
OWN: dict[str, tuple[str, ...]] = {
    "evaluations.User": ("first_name", "last_name"),
    "evaluations.Evaluation": ("title", "buyer"),
    "evaluations.Category": ("name",),
    "evaluations.Requirement": ("ref", "text", "vendor_help"),
    "evaluations.Scope": ("name",),
    "evaluations.ScopeValue": ("name",),
    "vendors.Vendor": ("name",),
    "vendors.Candidate": ("name",),
    "vendors.Contact": ("name",),
    "vendors.ContactRequest": ("name", "state_reason"),
    "vendors.VendorToken": ("label", "prefix"),
    "vendors.Question": ("text", "answer"),
    "vendors.Proposal": ("text", "reason", "new_category", "state_reason"),
    "vendors.Submission": ("number",),
    "vendors.PublishedDocument": ("text",),
    "vendors.DocumentReply": ("words",),
    "vendors.AboutRevision": ("purpose", "judged", "people", "timetable"),
    "trials.Trial": (
        *("title", "workload", "environment", "data_allowed"),
        "exit_plan",
    ),
    "trials.Criterion": ("text", "method", "threshold"),
    "trials.Gap": ("text", "reply", "workaround", "retest_note"),
    "trials.Milestone": ("title",),
}


def owned(more: set[str]) -> re.Pattern[str]:
    """Any text of the owner's and the vendors' in the database, and of `more`."""
    found = {*TYPED, *more}
    for label, fields in OWN.items():
        model = apps.get_model(label)
        for row in model._base_manager.values_list(*fields):
            for text in row:
                lines = text if isinstance(text, list) else str(text or "").split("\n")
                bare_lines = (DAY.sub("", line).rstrip(".").split() for line in lines)
                found |= set(map(" ".join, bare_lines))
                found |= {part for line in lines for part in line.split(", ")}
    # Names of kinds of cost are the owner's.
    found |= {name for kind in IT for name in (kind.name, kind.title)}
    for people in apps.get_model("evaluations.User")._base_manager.all():
        found.add(people.name)
    texts = map(re.escape, sorted(found - {""}, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(texts)})(?!\w)")


@cache
def _speech() -> set[str]:
    """Words that a date, a list or an amount has in that language."""
    locale = Locale(LANGUAGE)
    names = [
        str(name)
        for width in ("wide", "abbreviated")
        for table in (locale.days, locale.months)
        for kind in ("format", "stand-alone")
        for name in table[kind][width].values()
    ]
    words = {word for name in names for word in WORD.findall(name)}
    return words | {code for code, _ in currency_choices()} | EVERYWHERE


def bare(text: str, own: re.Pattern[str]) -> str:
    """What of a text came past the catalogue; blank if nothing did."""
    outside, depth = [], 0
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        if char not in "⟦⟧":
            outside.append(char if depth < 1 else "\n")
    left = " ".join("".join(outside).split(" "))
    left = " ".join(left.split())
    left = NO_WORDS.sub(" ", own.sub(" ", left))
    words = [word for word in WORD.findall(left) if word not in _speech()]
    return " ".join(left.split()) if words else ""


class Texts(HTMLParser):
    """The texts of a page that are seen or read out, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._silent += tag in SILENT
        for name, value in said.items():
            spoken = name in SPOKEN and tag != "meta"
            spoken |= name.startswith("data-") and " " in (value or "")
            spoken |= tag == "input" and name == "value" and said.get("type") in BUTTONS
            if spoken and value:
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data)


BUTTONS = ("submit", "button", "reset")


def texts_of(html: str) -> list[str]:
    """What is seen of a page or read out; what was typed into a field is not ours."""
    parser = Texts()
    parser.feed(re.sub(r"(<textarea[^>]*>).*?(</textarea>)", r"\1\2", html, flags=re.S))
    return parser.found
