"""Templates of vendors' pages and mails say whole sentences, all of them translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from tests.architecture.words import templates

# Markup and blocks within which a sentence goes on; all others end it.
INLINE = ("b", "strong", "em", "i", "a", "abbr")
APART = re.compile(rf"(</?(?!(?:{'|'.join(INLINE)})\b)[a-z][^>]*>|·|\n\s*\n)")
TAG = re.compile(r"<[^>]*>")
UNREAD = re.compile(r"<(script|style|code)\b.*?</\1>", re.DOTALL)
SPOKEN = re.compile(
    r"\b(?:title|alt|aria-label|aria-description|placeholder)=\"([^\"]*)\""
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names, and shapes of what is typed.
NO_WORDS = re.compile(r"evaltracker|ABCD-EFGH|https?://|&\w+;|vp-[\w-]+")
ENDS = (".", "?", "!", ":", "…", ";", ",")
# What stands for a marked sentence that ends, one that does not, and a variable; what
# goes on with a small letter has one more in front.
WHOLE, PART, VALUE, SMALL = "\ue000", "\ue001", "\ue002", "\ue003"
OPENS = ("translate", "trans", "blocktranslate", "blocktrans")
BARE = {
    r"\|pluralize": "use {% blocktranslate count %}",
    r"\|date:(?!\"Y-m-d\")": "use |day or |moment",
    r"\|default(?:_if_none)?:\"(?!text\")[^\"]*[^\W\d_]{2}": "use _(…)",
    r"%}[^{]*\|join:": "use |listed",
    r"{% say ": "use a sentence for the usual noun, and one for their own",
}


def sign_of(sentence: str) -> str:
    """What stands for it."""
    said = sentence.strip()
    return SMALL * said[:1].islower() + (WHOLE if said.endswith(ENDS) else PART)


def flattened(text: str) -> str:
    """The template, with signs in the place of what Django fills in."""
    flat: list[str] = []
    said: list[str] = []
    is_inside = is_named = False
    for token in Lexer(text).tokenize():
        words = token.split_contents() if token.token_type == TokenType.BLOCK else []
        name = words[0] if words else ""
        if is_inside:
            is_inside = not name.startswith("endblocktrans")
            said.append(token.contents if token.token_type == TokenType.TEXT else "x")
            if not is_inside:
                del said[-1:]
                flat.append("" if is_named else sign_of("".join(said)))
        elif name in OPENS[2:]:
            is_inside, is_named, said = True, "asvar" in words, []
        elif name in OPENS:
            flat.append("" if "as" in words else sign_of(words[1].strip("\"'")))
        elif token.token_type == TokenType.TEXT:
            flat.append(token.contents)
        elif token.token_type == TokenType.VAR:
            flat.append(VALUE)
        elif name in ("else", "elif", "empty", "block", "endblock", "for", "endfor"):
            # Another branch, another place or another time: what stands there ends.
            flat.append("·")
    return "".join(flat)


def faults(path: Path, text: str) -> Iterator[str]:
    """What a translator could not translate."""
    for pattern, instead in BARE.items():
        for found in re.finditer(pattern, text):
            yield f"{path}: {found[0]}: {instead}"
    flat = flattened(text)
    for spoken in SPOKEN.findall(flat):
        if LETTERS.search(NO_WORDS.sub("", spoken)):
            yield f"{path}: not translated: {spoken}"
    for run in APART.split(UNREAD.sub("·", flat))[::2]:
        seen = " ".join(NO_WORDS.sub("", TAG.sub("", run)).split())
        if LETTERS.search(seen):
            yield f"{path}: not translated: {seen}"
        if re.search(rf"{PART} ?[{SMALL}{PART}{WHOLE}{VALUE}]|{VALUE} ?{SMALL}", seen):
            yield f"{path}: a sentence in pieces: {run.strip()}"


def test_every_word_is_translated_and_no_sentence_is_in_pieces() -> None:
    found = [
        fault for path, text in templates().items() for fault in faults(path, text)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "<p>Bare words</p>",
        '<a title="Bare words">{{ x }}</a>',
        "{{ n }} {% translate 'answers' %}",
        "{% translate 'Closed' %}{% if at %} {% translate 'on it.' %}{% endif %}",
        "{% translate 'Closed on' %} <b>{{ day }}</b>",
        "{% translate 'One' %}{{ n|pluralize }}",
        '{{ name|default:"nobody" }}',
        '{{ at|date:"j F Y" }}',
        "Subject\n\n{% translate 'A lead.' %}",
    ],
)
def test_what_cannot_be_translated_is_found(text: str) -> None:
    assert list(faults(Path("page.html"), text))


@pytest.mark.parametrize(
    "text",
    [
        "<p>{% translate 'All words' %}</p> · {{ x }}",
        "{% if a %}{% translate 'One' %}{% else %}{% translate 'Two' %}{% endif %}",
        "{% blocktranslate with x=y %}Closed on <b>{{ x }}</b>{% endblocktranslate %}",
        "{% translate 'First.' %} {% translate 'Second.' %}",
        '<input placeholder="https://" aria-label="{% translate "All words" %}">',
    ],
)
def test_what_can_be_translated_is_left_alone(text: str) -> None:
    assert not list(faults(Path("page.html"), text))
