"""Journal entries as sentences: “Lina Ortega scored Acme ML in Security.”

Every action has words, registered by the app that records it; a test fails for one that
has none. What the entry holds stays as it was written, and is shown in a fold.
"""

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.kit.days import day_in_words
from evaltracker.kit.registry import Registry
from evaltracker.kit.text import listed_few, named_ref, shortened
from evaltracker.pages.labels import label

FIELD = re.compile(r"\{([a-z_]+)\}")
# A row in before or after reads “name [id]”, and some rows have only an id for a name.
ROW_ID = re.compile(r" \[[0-9a-f-]{36}\]$")
NAMELESS = re.compile(r"(?:^| )[0-9a-f]{8}$")
ADDRESS = re.compile(r"[^\s@\",'<>]{1,64}@[^\s@\",'<>]{1,255}")
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?")
MOST = 110  # letters of one value
# Fields that hold the reference of a requirement, or several.
REFS = frozenset({"requirement", "ref", "requirements"})


@dataclass(frozen=True, slots=True)
class Words:
    """What the actor did. `plain` tells no value; `named` names fields of the entry, or
    its `subject`, and is said when each of them is there and the reader may read them.
    """

    plain: str
    named: str = ""


# Plain and named, or plain alone.
type Phrases = tuple[str, str] | str

ENTRY_WORDS: Registry[str, Words] = Registry("kind of journal entry")
# What codes of a field are called: “it” is IT.
CODES: Registry[str, Mapping[str, str]] = Registry("field with codes")


# By type of subject: names of rows by id, of those whose entries name them by id alone.
SUBJECT_NAMES: Registry[str, Callable[[Collection[str]], Mapping[str, str]]] = Registry(
    "names of subjects"
)


@dataclass(frozen=True, slots=True)
class Known:
    """Texts of requirements by reference, and names of subjects by type and id."""

    texts: Mapping[str, str]
    names: Mapping[tuple[str, str], str]


def known_of(evaluation: Evaluation, entries: Iterable[Entry]) -> Known:
    """What the sentences of these entries need: a query for the requirements, and one
    for each type of subject that is named so."""
    ids: dict[str, set[str]] = {}
    refs: set[str] = set()
    for entry in entries:
        refs |= refs_of(entry)
        if entry.subject_type in SUBJECT_NAMES:
            ids.setdefault(entry.subject_type, set()).add(entry.subject_id)
    rows = evaluation.requirements.filter(ref__in=refs)
    return Known(
        dict(rows.values_list("ref", "text")) if refs else {},
        {
            (kind, key): name
            for kind, wanted in ids.items()
            for key, name in SUBJECT_NAMES[kind](wanted).items()
        },
    )


def register_words(words: Mapping[str, Phrases]) -> None:
    """The words of many actions: plain ones alone, or plain and named."""
    for action, said in words.items():
        pair = (said, "") if isinstance(said, str) else said
        ENTRY_WORDS.register(action, Words(*pair))


def entry_sentence(entry: Entry, known: Known, *, sealed: bool) -> str:
    """The entry in a sentence.

    Of one whose values are sealed from the reader it says only what kind it is.
    """
    who = entry.actor_name
    if entry.on_behalf_of:
        who = f"{who}, for {entry.on_behalf_of},"
    return f"{who} {deed(entry, known, sealed=sealed)}."


def deed(entry: Entry, known: Known, *, sealed: bool) -> str:
    """What was done, without by whom."""
    words = ENTRY_WORDS.get(entry.action)
    if words is None:  # came with a file, from another version
        name = subject_name(entry)
        return (
            f"recorded “{label(entry.action).lower()}”{f' of {name}' if name else ''}"
        )
    if sealed or not words.named:
        return words.plain
    values = {**entry.before, **entry.after}
    found: dict[str, str] = {}
    for field in FIELD.findall(words.named):
        if field == "subject":
            found[field] = subject_name(entry, known)
        elif field == "fields":
            named = dict.fromkeys((*entry.before, *entry.after))
            found[field] = listed_few([label(name).lower() for name in named])
        else:
            found[field] = value_words(field, values.get(field), known.texts)
        if not found[field]:
            return words.plain
    return FIELD.sub(lambda match: found[match[1]], words.named)


def subject_name(entry: Entry, known: Known | None = None) -> str:
    """What the entry is about by its name; blank where it has none but an id."""
    name = entry.subject_label
    if known and entry.subject_type == "requirement":
        return named_ref(name, known.texts.get(name, ""))
    if known and (found := known.names.get((entry.subject_type, entry.subject_id))):
        return shortened(found, MOST)
    return "" if NAMELESS.search(name) else name


def value_words(field: str, value: Any, texts: Mapping[str, str]) -> str:
    """A value in few words; blank for none. No address of mail is in it."""
    if isinstance(value, list):
        return listed_few([value_words(field, one, texts) for one in value])
    if value is None or isinstance(value, (dict, bool)):
        return ""
    said = str(value)
    if field in REFS and said:
        return named_ref(said, texts.get(said, ""))
    if day := DAY.fullmatch(said):
        return day_in_words(datetime.date.fromisoformat(day[1]))
    said = CODES.get(field, {}).get(said, said)
    line = shortened(ROW_ID.sub("", said), MOST).rstrip(".")
    return ADDRESS.sub("(an address)", line)


def refs_of(entry: Entry) -> set[str]:
    """The references of requirements that its sentence may name."""
    found = {entry.subject_label} if entry.subject_type == "requirement" else set()
    for values in (entry.before, entry.after):
        for field in REFS & values.keys():
            value = values[field]
            if isinstance(value, (str, list)):
                found.update([value] if isinstance(value, str) else map(str, value))
    return found
