"""The standard's own schema, with the extensions that our releases name."""

import datetime
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
from referencing import Registry, Resource

FOLDER = Path(__file__).resolve().parents[1] / "data" / "ocds_schema"
FORMATS = jsonschema.FormatChecker(formats=())


def is_moment(value: object) -> bool:
    """A date-time of RFC 3339, which has a time and an offset."""
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.datetime.fromisoformat(value).tzinfo is not None


def is_uri(value: object) -> bool:
    """An address with a scheme."""
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


FORMATS.checks("date-time", raises=ValueError)(is_moment)
FORMATS.checks("uri", raises=ValueError)(is_uri)


def merge(into: dict[str, Any], patch: dict[str, Any]) -> None:
    """Apply a JSON merge patch, as extensions of the standard are applied."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


@cache
def validator() -> Any:
    """Checks a release package, its formats and closed code lists included."""
    package, release = read("release-package-schema.json"), read("release-schema.json")
    merge(release, read("extensions.json"))
    address = package["properties"]["releases"]["items"]["$ref"]
    release["id"] = address
    known = Registry().with_resource(address, Resource.from_contents(release))
    return jsonschema.Draft4Validator(package, registry=known, format_checker=FORMATS)


def faults(package: dict[str, Any]) -> list[str]:
    """What the standard objects to, by place; its validator objects to blanks, too."""
    found = [
        f"{error.json_path}: {error.message[:200]}"
        for error in validator().iter_errors(package)
    ]
    return sorted(found + [f"{place}: is empty" for place in blanks(package, "$")])


def blanks(value: Any, place: str) -> Iterator[str]:
    """Where a list, an object or a text holds nothing."""
    if value in ("", [], {}, None):
        yield place
    inner = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from blanks(one, f"{place}.{key}")
    for at, one in listed:
        yield from blanks(one, f"{place}[{at}]")
