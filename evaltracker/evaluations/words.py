"""What an evaluation calls its demos and trials, and what it asks of them.

Sentences of the product say demo and trial. `say` puts the nouns of an evaluation in
their place, with article and capital; what people typed is filled in afterwards, so
that it stays as it is: `say(words, "Trial of {}", candidate)`.
"""

import re
import string
from collections.abc import Mapping

# By key, as it is where a template says nothing else, and what the form asks for it.
WORDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "A demo is called"),
    "demos": ("demos", "Several are called"),
    "trial": ("trial", "A trial is called"),
    "trials": ("trials", "Several of those are called"),
    "ask_now": (
        "You say that this is available now: “{text}”.",
        "Asked of what is there now",
    ),
    "show_now": ("Do it from start to end on our data.", "Then they show"),
    "ask_open": ("How do you meet this: “{text}”?", "Asked of what nobody answered"),
    "show_open": ("Show it live.", "Then they show it so"),
    "bring": ("Our own sample for {ref}, with no personal data.", "We bring"),
    "passes": ("We saw it work live: no slides, no mock-up.", "It passes if"),
    "off_script": ("Off script", "What nobody asked for is called"),
    "trial_what": ("What is run on it", "The contract says"),
    "trial_where": ("Where it runs", "And"),
    "trial_data": ("Which data may be used", "And also"),
    "ran_by": ("Who ran it", "A verdict says"),
    "ran_us": ("we did", "If we did"),
    "ran_together": ("together", "If both did"),
    "ran_vendor": ("the vendor", "If the vendor did"),
    "on_data": ("On whose data", "A verdict also says"),
    "data_ours": ("ours", "If it was ours"),
    "data_vendors": ("the vendor's", "If it was the vendor's"),
    "brief_people": ("Engineers who will use or run it", "The brief asks how many"),
    "brief_once": ("Set-up, migration, onboarding, training.", "What is paid once"),
    "brief_yearly": ("Licence, support, upkeep.", "What is paid each year"),
    "criterion": ("Success criterion", "What a trial must reach is called"),
}
DEFAULTS = {key: default for key, (default, _) in WORDS.items()}
NOUNS = {"demo": "demos", "trial": "trials"}
FILLED = ("ask_now", "show_now", "ask_open", "show_open", "bring", "passes")
WORD_LIMIT = 200
_NOUN = re.compile(r"\b(?:(an?) )?(demos?|trials?)\b", re.IGNORECASE)
_PLACE = re.compile(r"\{(text|ref|date)\}")


def say(words: Mapping[str, str], text: str, *values: object) -> str:
    """A sentence of ours in these words; `values` take the place of each `{}`."""

    def noun(match: re.Match[str]) -> str:
        article, key = match.groups()
        name = words.get(key.lower(), key.lower())
        if article:
            name = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
        return name[0].upper() + name[1:] if match[0][0].isupper() else name

    if not words.keys().isdisjoint({*NOUNS, *NOUNS.values()}):
        text = _NOUN.sub(noun, text)
    return text.format(*values) if values else text


def fill(sentence: str, **values: object) -> str:
    return _PLACE.sub(lambda match: str(values.get(match[1], "")), sentence)


def word_errors(words: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with them, by key."""
    errors = {key: f"“{key}” is none of the words." for key in words.keys() - WORDS}
    for key in words.keys() & WORDS:
        errors |= {key: wrong} if (wrong := _wrong(key, words[key])) else {}
    for one, several in NOUNS.items():
        if one in words and several not in words:
            errors[several] = "Give the plural, too: what are several called?"
        elif several in words and one not in words:
            errors[one] = "Give the singular, too: what is one called?"
    return errors


def _wrong(key: str, text: object) -> str:
    if not isinstance(text, str) or len(text) > WORD_LIMIT or not text.isprintable():
        return f"Write one line of at most {WORD_LIMIT} characters."
    if not text.strip() and not key.startswith("trial_"):
        return "It must not be blank."
    try:
        parts = [
            part[1:] for part in string.Formatter().parse(text) if part[1] is not None
        ]
    except ValueError:
        return "A brace stands alone. Use {text}, {ref} or {date}."
    for name, form, conversion in parts:
        if (
            key not in FILLED
            or name not in ("text", "ref", "date")
            or form
            or conversion
        ):
            return (
                f"“{{{name}}}” cannot be filled in. Use {{text}}, {{ref}} or {{date}}."
            )
    return ""
