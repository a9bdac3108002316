"""Fields for the values of the brief's lists, and for a number with its unit."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltracker.errors import Invalid
from evaltracker.rows.cells import key, read_column, words_of
from evaltracker.toolbox.measures import Reading
from vendors.choices import STATED
from vendors.claims import EVERYWHERE, sentence_of

type Names = Mapping[str, Sequence[str]]


class ValuesField(forms.MultipleChoiceField):
    """Boxes by list; it gives `{list: [values]}` with every list that is offered."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, lists: Names, **kwargs: Any) -> None:
        choices = [
            (name, [(key_of(name, value), value) for value in values])
            for name, values in lists.items()
        ]
        super().__init__(choices=choices, **kwargs)
        self.lists = lists

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return [key_of(name, label) for name, names in value.items() for label in names]

    def clean(self, value: Any) -> Any:
        ticked = super().clean(value)
        return {
            name: [value for value in values if key_of(name, value) in ticked]
            for name, values in self.lists.items()
        }


class ForValuesForm(forms.Form):
    def __init__(self, *args: Any, lists: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lists:
            self.fields["named_values"] = ValuesField(
                lists=lists,
                label="For which values",
                required=False,
                help_text="None ticked: for all of them.",
            )


@dataclass(frozen=True, slots=True)
class ScopeBox:
    key: str
    value: str
    ticked: bool


def boxes_of(lists: Names, named: Names) -> list[tuple[str, list[ScopeBox]]]:
    alone = sum(map(len, lists.values())) == 1
    return [
        (
            name,
            [
                ScopeBox(
                    key_of(name, value), value, alone or value in named.get(name, ())
                )
                for value in values
            ],
        )
        for name, values in lists.items()
    ]


def key_of(name: str, value: str) -> str:
    return json.dumps([name, value], ensure_ascii=False)


# What an answer holds for as one text, for cells and forms; a pure module.
#
# “everywhere”; “Sites: Berlin, Rome; Languages: everywhere”; or with an answer for each
# value: “Sites: Berlin = now, Rome = planned 2027-03-31”.


SHEETS = json.loads(Path(__file__).with_name("sheets.json").read_text(encoding="utf-8"))
# By closed list and value, its word in the other languages. Words to read are data, so
# that every sheet is read whatever the page's language, and is translated as a whole.
WORDS: dict[str, dict[str, dict[str, str]]] = SHEETS["words"]


def in_language[T](texts: Mapping[str, T], usual: T) -> T:
    return texts.get((get_language() or "")[:2], usual)


def word_of(closed: str, value: str) -> str:
    """A value of a closed list, as it is typed in the language that is active."""
    return in_language(WORDS.get(closed, {}).get(value, {}), value)


type Say = Callable[[str, str], str]


def as_it_is(_closed: str, word: str) -> str:
    return word


def write_holds_for(claimed: Any, say: Say = as_it_is) -> str:
    """`say` gives the word for a value of a closed list of `rows/words.json`."""
    if claimed is None:
        return ""
    if not isinstance(claimed, list):
        return _written(claimed, "", say)
    return "; ".join(
        _written(part["values"], _answer_of(part, say), say) for part in claimed
    )


def read_holds_for(text: str) -> Any:
    """What a text says, as `vendors.claims` takes it; None of a blank one."""
    parts = [part.strip() for part in text.replace("\n", ";").split(";")]
    lines = [line for part in parts if part for line in _lines(part)]
    answered = [line for line in lines if line[2]]
    if not lines:
        return None
    if not answered:
        return _plain(lines)
    if len(answered) < len(lines):
        raise ValueError(sentence_of("mixed"))
    return [_part(*line) for line in lines]


def _written(values: Any, answer: str, say: Say) -> str:
    everywhere = say(EVERYWHERE, EVERYWHERE)
    if values == EVERYWHERE:
        return f"{everywhere}{answer}"
    return "; ".join(
        f"{name}: "
        + ", ".join(
            f"{everywhere if value == EVERYWHERE else value}{answer}"
            for value in ([EVERYWHERE] if named == EVERYWHERE else named)
        )
        for name, named in values.items()
    )


def _answer_of(part: dict[str, Any], say: Say) -> str:
    availability = say("availability", part["availability"])
    return f" = {availability} {part.get('available_from') or ''}".rstrip()


def _lines(part: str) -> Iterator[tuple[str, str, str]]:
    name, colon, values = part.partition(":")
    if not colon:
        value, equals, answer = (text.strip() for text in part.partition("="))
        if not _is_everywhere(value):
            raise ValueError(sentence_of("names none", text=part[:60]))
        yield "", EVERYWHERE, answer
        return
    for item in values.split(","):
        value, equals, answer = (text.strip() for text in item.partition("="))
        if not value or (equals and not answer):
            raise ValueError(sentence_of("unclear", text=part[:60]))
        yield name.strip(), EVERYWHERE if _is_everywhere(value) else value, answer


def _is_everywhere(text: str) -> bool:
    return key(text) in words_of(EVERYWHERE)


def _plain(lines: list[tuple[str, str, str]]) -> Any:
    if any(not name for name, *_rest in lines):
        if len(lines) > 1:
            raise ValueError(sentence_of("both"))
        return EVERYWHERE
    by_name: dict[str, Any] = {}
    for name, value, _answer in lines:
        by_name.setdefault(name, []).append(value)
    # Beside single values, “everywhere” is refused by whoever knows the lists.
    return {
        name: EVERYWHERE if values == [EVERYWHERE] else values
        for name, values in by_name.items()
    }


def _part(name: str, value: str, answer: str) -> dict[str, Any]:
    states = {word: to for word, to in words_of("availability").items() if to in STATED}
    states |= {key(word): word for word in STATED}
    # The day stands behind the word: “on request 2027-03-31”, “geplant 1. März 2040”.
    parts = answer.split(" ")
    for at in range(len(parts), 0, -1):
        if availability := states.get(key(" ".join(parts[:at]))):
            break
    else:
        names = ", ".join(word_of("availability", word) for word in STATED)
        raise ValueError(sentence_of("none of", text=answer[:60], names=names))
    named: Any = EVERYWHERE if value == EVERYWHERE else [value]
    text = " ".join(parts[at:]).strip()
    if text:
        day = read_column("day", [text])[0].value
    else:
        day = None
    return {
        "values": {name: named} if name else EVERYWHERE,
        "availability": availability,
        "available_from": day.isoformat() if day else text or None,
    }


# An effort as one text: “out of the box”; “configure, 3 days, vendor”; with lowest,
# likely and highest days: “customise; 5/10/20; buyer”.


def own_words(closed: str) -> dict[str, str]:
    """What each word for a value of a closed list means, in every language."""
    return {
        key(word): value
        for value, translations in WORDS.get(closed, {}).items()
        for word in (value, *translations.values())
    }


EFFORT = {"how": own_words("effort_how"), "by": own_words("effort_by")}
# A comma before a digit is a decimal one.
PARTS_OF_EFFORT = re.compile(r"[;\n]|,(?![0-9])")
DAYS = re.compile(r"([0-9.,]+(?: ?/ ?[0-9.,]+){0,2}) ?([^\W\d]*)")
NAMES_OF_DAYS = (("likely",), ("low", "high"), ("low", "likely", "high"))


def effort_fields(effort: Any) -> dict[str, str]:
    """How, days and by, each as it is typed; blank ones are left out."""
    if not effort:
        return {}
    days = [*(effort.get("days") or {}).values()]
    typed = {**effort, "days": "/".join(days[:1] if len({*days}) == 1 else days)}
    return {name: typed[name] for name in ("how", "days", "by") if typed.get(name)}


def write_effort(effort: Any, say: Say = as_it_is) -> str:
    typed = effort_fields(effort)
    if days := typed.get("days"):
        typed["days"] = f"{days} {say('days', 'day' if days == '1' else 'days')}"
    return ", ".join(say(f"effort_{name}", text) for name, text in typed.items())


def read_effort_text(text: str) -> dict[str, Any] | None:
    """What a text says, as `vendors.effort` takes it; None of a blank one."""
    sent: dict[str, Any] = {}
    for part in filter(None, map(str.strip, PARTS_OF_EFFORT.split(text))):
        reading: dict[str, Any] = {
            name: choices.get(key(part)) for name, choices in EFFORT.items()
        }
        days = DAYS.fullmatch(part)
        if days and key(days[2]) in ("", *own_words("days")):
            numbers = days[1].replace(",", ".").replace(" ", "").split("/")
            names = NAMES_OF_DAYS[len(numbers) - 1]
            reading["days"] = dict(zip(names, numbers, strict=True))
        new = {name: value for name, value in reading.items() if value}
        if not new or new.keys() & sent.keys():
            raise ValueError(sentence_of("effort"))
        sent |= new
    return sent or None


OF_ALL = key_of("", EVERYWHERE)


class HoldsForFormField(ValuesField):
    """Boxes for everywhere, and by list for everywhere in it and for its values; it
    gives what was said, as `vendors.claims` takes it."""

    def __init__(self, *, lists: Names, **kwargs: Any) -> None:
        lists = {name: values for name, values in lists.items() if values}
        several = len(lists) > 1
        offered = {
            name: [*([EVERYWHERE] if several else []), *values]
            for name, values in lists.items()
        }
        super().__init__(lists=offered, **kwargs)
        by_list: Any = self.choices
        if several:
            all_of_them = "everywhere, in every list"
        else:
            all_of_them = EVERYWHERE
        self.choices = [(OF_ALL, all_of_them), *by_list]

    def prepare_value(self, value: Any) -> Any:
        if value == EVERYWHERE:
            return [OF_ALL]
        if isinstance(value, dict):
            value = {
                name: [EVERYWHERE] if named == EVERYWHERE else named
                for name, named in value.items()
            }
        return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        named = {name: held for name, held in super().clean(value).items() if held}
        if OF_ALL not in (value or ()):
            # Beside single values, “everywhere” is refused by whoever knows the lists.
            return named or None
        if named:
            raise forms.ValidationError(
                _("Tick everywhere, or single values of lists, not both.")
            )
        return EVERYWHERE


class ReadField(forms.CharField):
    """A text that `read` takes; the sentence of its ValueError stands at the field."""

    read: Any

    def clean(self, value: Any) -> Any:
        try:
            return self.read(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class OwnAnswersField(ReadField):
    """Values that have an answer of their own, as a text; it gives their lines."""

    read = staticmethod(read_holds_for)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        stated = super().clean(value)
        if stated is not None and not isinstance(stated, list):
            raise forms.ValidationError(
                _(
                    "Write the answer of each value, as in “Sites: Rome = never”. "
                    "Values that share the answer above are ticked."
                )
            )
        return stated or []


class HoldsForCell(ReadField):
    read = staticmethod(read_holds_for)


class EffortFormField(ReadField):
    read = staticmethod(read_effort_text)


def joined(
    held: Any, own_answers: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]
) -> Any:
    if not own_answers:
        return held
    day = answer["available_from"]
    above = {
        "values": held,
        "availability": answer["availability"],
        "available_from": day.isoformat() if day else None,
    }
    return [*([above] if held else []), *own_answers]


def parted(claimed: Any, answer: Mapping[str, Any]) -> tuple[Any, str]:
    if not isinstance(claimed, list):
        return claimed, ""
    day = answer["available_from"]
    above = (answer["availability"], day.isoformat() if day else None)
    held: Any = {}
    others = []
    for line in claimed:
        if (line["availability"], line["available_from"]) != above:
            others.append(line)
        elif line["values"] == EVERYWHERE:
            held = EVERYWHERE
        else:
            for name, named in line["values"].items():
                known = held.setdefault(name, [])
                known += [named] if named == EVERYWHERE else named
    return held or None, write_holds_for(others)


class NumberFormField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)

    def json_schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        return {"type": "object", "properties": {"value": text, "unit": text}}

    def from_json(self, value: Mapping[str, str]) -> str:
        return f"{value.get('value', '')} {value.get('unit', '')}".strip()

    def clean(self, value: Any) -> dict[str, str]:
        try:
            reading = Reading.from_text(super().clean(value) or "")
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error
        if reading:
            return reading.as_json()
        return {}
