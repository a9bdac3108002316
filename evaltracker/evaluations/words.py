"""What an evaluation calls its demos and trials, and what it asks of them.

Sentences of the product say demo and trial. `say` puts the nouns of an evaluation in
their place, with article and capital; what people typed is filled in afterwards, so
that it stays as it is: `say(words, "Trial of {}", candidate)`.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import template
from django.template.context import Context

# By key: the word where a template says nothing else, and what the form asks for it.
WORDS: Mapping[str, tuple[str, str]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
DEFAULTS = {key: default for key, (default, _) in WORDS.items()}
NOUNS = {"demo": "demos", "trial": "trials"}
FILLED = ("ask_now", "show_now", "ask_open", "show_open", "bring", "passes")
WORD_LIMIT = 200
# What is quoted was typed by somebody.
_NOUN = re.compile(r"“[^”]*”|\b(?:(an?) )?(demos?|trials?)\b", re.IGNORECASE)
_PLACE = re.compile(r"\{(text|ref|date)\}")


def say(words: Mapping[str, str], text: str, *values: object) -> str:
    """A sentence of ours in these words; `values` take the place of each `{}`."""

    def noun(match: re.Match[str]) -> str:
        article, key = match.groups()
        if not key:
            return match[0]
        name = words.get(key.lower(), key.lower())
        if article:
            name = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
        if match[0][0].isupper():
            return name[0].upper() + name[1:]
        return name

    if not words.keys().isdisjoint({*NOUNS, *NOUNS.values()}) and _NOUN.search(text):
        text = _NOUN.sub(noun, text)
    if values:
        return text.format(*values)
    return text


# Of every template, also of mails and of vendors' pages.
register = template.Library()


@register.filter(name="say")
def say_in(text: str, evaluation: Any) -> str:
    if hasattr(evaluation, "say"):
        return str(evaluation.say(text))
    return text


@register.simple_tag(takes_context=True, name="say")
def say_here(context: Context, text: str) -> str:
    """In the words of the evaluation that the page or mail is about."""
    return say_in(text, context.get("evaluation"))


def fill(sentence: str, **values: object) -> str:
    return _PLACE.sub(lambda match: str(values.get(match[1], "")), sentence)


def word_errors(words: Mapping[str, str]) -> dict[str, str]:
    errors = {key: wrong for key in words if (wrong := _wrong(key, words[key]))}
    for singular, plural in NOUNS.items():
        if singular in words and plural not in words:
            errors[plural] = "Give the plural, too: what are several called?"
        elif plural in words and singular not in words:
            errors[singular] = "Give the singular, too: what is one called?"
    return errors


def _wrong(key: str, text: object) -> str:
    if key not in WORDS:
        return f"“{key}” is none of the words."
    if not isinstance(text, str) or len(text) > WORD_LIMIT or not text.isprintable():
        return f"Write one line of at most {WORD_LIMIT} characters."
    if not text.strip() and not key.startswith("trial_"):
        return "It must not be blank."
    if key in FILLED:
        rest = _PLACE.sub("", text)
    else:
        rest = text
    if match := re.search(r"\{[^{}]*\}|[{}]", rest):
        return f"“{match[0]}” cannot be filled in. Use {{text}}, {{ref}} or {{date}}."
    return ""
