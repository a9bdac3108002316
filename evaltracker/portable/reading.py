"""The bytes of a file as a document of the right shape, or what is wrong and where."""

import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema

from evaltracker.errors import Invalid
from evaltracker.portable import FORMAT, VERSION
from evaltracker.portable.registry import Document, parts
from evaltracker.portable.schema import schema
from evaltracker.portable.writing import LARGEST

DEEPEST = 40
MOST_SENTENCES = 20
# What no database keeps: NUL, and halves of a character.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def read_json(content: bytes, limit: int = LARGEST) -> Any:
    """A JSON file as Python reads it.

    Raises:
        Invalid: over the limit, no JSON, a name twice, too deep, or unkeepable text.

    """
    if len(content) > limit:
        raise Invalid(f"The file is over {limit // 2**20} MB.", code="file_too_large")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise Invalid("The file is not UTF-8, so it is no JSON file.") from None
    except RecursionError:
        raise Invalid(f"The file is nested over {DEEPEST} levels deep.") from None
    except ValueError as error:
        raise Invalid(f"The file is no JSON: {error}.") from None
    if (wrong := next(unkept(found), None)) is not None:
        raise invalid([wrong])
    return found


def read_document(content: bytes, limit: int = LARGEST) -> Document:
    """A whole evaluation, its shape checked against the schema.

    Raises:
        Invalid: with the sentences by JSON pointer.

    """
    found = read_json(content, limit)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Invalid(
            f"This is no export of an evaluation: “format” has to be “{FORMAT}”."
        )
    if found.get("version") != VERSION:
        raise Invalid(
            f"The file is version {str(found.get('version'))[:20]!r} of the format; "
            f"this installation reads version {VERSION}."
        )
    checker = jsonschema.Draft202012Validator(schema())
    wrong = []
    for error in checker.iter_errors(found):
        wrong += list(schema_error_words(error))
        if len(wrong) >= MOST_SENTENCES:
            break
    if wrong:
        raise invalid(wrong)
    return {part.name: [] for part in parts() if part.optional} | found


def invalid(wrong: Iterable[tuple[str, str]]) -> Invalid:
    """The refusal of a file, with where and why."""
    errors: dict[str, list[str]] = {}
    for pointer, sentence in wrong:
        errors.setdefault(pointer, []).append(sentence)
    pointer, sentences = next(iter(errors.items()))
    return Invalid(
        f"Nothing was imported. {pointer or 'The file'}: {sentences[0]}",
        errors=errors,
        code="not_importable",
    )


def pointer_to(path: Iterable[Any]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(
        "/" + str(step).replace("~", "~0").replace("/", "~1") for step in path
    )


def schema_error_words(error: Any) -> Iterator[tuple[str, str]]:
    """An error of the schema in words, with where it is."""
    path = list(error.absolute_path)
    wanted, value = error.validator_value, error.instance
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in value]
            for name in missing:
                yield pointer_to([*path, name]), "It is missing."
        case "additionalProperties":
            known = error.schema.get("properties", {})
            for name in value:
                if name not in known:
                    yield pointer_to([*path, str(name)[:60]]), "It is not known here."
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            words = " or ".join(KINDS[name] for name in names)
            yield pointer_to(path), f"It has to be {words}."
        case "enum":
            words = ", ".join(str(value) or "blank" for value in wanted)
            yield pointer_to(path), f"“{str(value)[:60]}” is none of: {words}."
        case "maxLength":
            yield pointer_to(path), f"It is longer than {wanted} characters."
        case "minimum" | "maximum":
            limit = "least" if error.validator == "minimum" else "most"
            yield pointer_to(path), f"It has to be at {limit} {wanted}."
        case _:
            yield pointer_to(path), f"“{str(value)[:60]}” is not written as it has to."


def unkept(value: Any) -> Iterator[tuple[str, str]]:
    """Text that no database keeps, and what is nested too deep."""
    waiting: deque[tuple[tuple[Any, ...], Any]] = deque([((), value)])
    while waiting:
        path, one = waiting.popleft()
        if len(path) > DEEPEST:
            yield pointer_to(path[:3]), f"It is nested over {DEEPEST} levels deep."
            return
        if isinstance(one, str):
            if _UNKEPT.search(one):
                yield pointer_to(path), "It holds a character that cannot be kept."
        elif isinstance(one, dict):
            for name, inner in one.items():
                if _UNKEPT.search(name):
                    yield pointer_to(path), "A name in it cannot be kept."
                waiting.append(((*path, name), inner))
        elif isinstance(one, list):
            waiting.extend(((*path, at), inner) for at, inner in enumerate(one))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice[:60]}” stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no number")
    return number
