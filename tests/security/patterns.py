"""Every regular expression of the product, found in its source, and strings that
would hurt a bad one."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CODE = ("evaltracker", "stakeholders", "vendors", "trials")
# Calls whose first argument is a pattern; of `re` only with that name before them.
OF_RE = (
    *("compile", "search", "match", "fullmatch"),
    *("split", "findall", "finditer", "sub", "subn"),
)
ELSEWHERE = ("re_path", "RegexValidator", "RegexField")
ENDS = ["\x00", "!", "\\", ""]
CLASSES: dict[Any, str] = {
    sre.CATEGORY_DIGIT: "0",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_NOT_WORD: "!",
}


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and whether it is only tried at the start."""

    place: str
    pattern: re.Pattern[Any]
    method: str


def sources() -> Iterator[tuple[str, Path]]:
    """Every module of the product by its dotted name."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(parts).removesuffix(".__init__"), path


def patterns_of_the_product() -> list[Found]:
    """All of them; fails at one that cannot be read from the source."""
    trees = {name: ast.parse(path.read_text()) for name, path in sources()}
    used = {name for tree in trees.values() for name in methods_used(tree)}
    found: list[Found] = []
    for name, tree in trees.items():
        if any(True for _ in pattern_calls(tree)):
            names = vars(importlib.import_module(name))
            found += patterns_in(tree, names, name, used)
    return found


def methods_used(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """`NAME.method(` for each use of a compiled pattern."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in OF_RE:
            value = node.value
            last = value.attr if isinstance(value, ast.Attribute) else None
            yield (value.id if isinstance(value, ast.Name) else last or "", node.attr)


def pattern_calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call, str]]:
    """Calls that take a pattern: the method, the call, and the name it is given."""
    named: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.value] = node.targets[0].id
        if not isinstance(node, ast.Call) or not (node.args or node.keywords):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id="re"), attr=name) if name in OF_RE:
                yield name, node, named.get(node, "")
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in ELSEWHERE:
                yield "search", node, ""


def patterns_in(
    tree: ast.AST, names: dict[str, Any], module: str, used: set[tuple[str, str]]
) -> list[Found]:
    """The patterns of one module, whose names are `names`."""
    found = []
    for method, call, name in pattern_calls(tree):
        place = f"{module}:{call.lineno}"
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        text = evaluate(call.args[0] if call.args else given["regex"], names, place)
        flags = 0
        if "flags" in given:
            flags = evaluate(given["flags"], names, place)
        elif method == "compile" and len(call.args) > 1:
            flags = evaluate(call.args[1], names, place)
        methods = {method}
        if method == "compile":
            methods = {how for who, how in used if who == name} or {"search"}
        made = re.compile(text, flags)
        found += [Found(place, made, text) for text in sorted(methods)]
    return found


def evaluate(node: ast.expr, names: dict[str, Any], place: str) -> Any:
    """The value of an expression of a module."""
    try:
        return eval(compile(ast.Expression(node), place, "eval"), dict(names))
    except NameError as error:
        raise AssertionError(f"{place}: a pattern that cannot be read") from error


def attacks(pattern: re.Pattern[Any], length: int) -> Iterator[str | bytes]:
    """Strings of `length` made of what the pattern repeats, that end in a surprise."""
    tree = sre_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    letters = sorted({name for text in pieces(tree) for name in text})[:8]
    pumps = {("", letter) for letter in letters}
    pumps |= {("", letter + two) for letter in letters for two in letters}
    repeats = {(before, piece) for before, piece in repeated(tree) if piece}
    for row, (before, pump) in enumerate(sorted(pumps | repeats)):
        body = (before + pump * (length // len(pump)))[: length - 1]
        # What the pattern repeats meets each surprise, other letters one in turn.
        ends = ENDS if (before, pump) in repeats or len(pump) < 2 else [ENDS[row % 4]]
        for end in ends:
            text = body + end
            yield text.encode() if isinstance(pattern.pattern, bytes) else text


def repeated(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What each repetition of the pattern repeats, with what leads up to it."""
    for operator, argument in tree:
        for inner in branches(operator, argument):
            if operator in REPEATS:
                yield before, sample(inner)
            yield from repeated(inner, before)
        before += sample([(operator, argument)])


def pieces(tree: Any) -> Iterator[str]:
    """A text for each literal and each class of the pattern."""
    for operator, argument in tree:
        if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            yield sample([(operator, argument)])
        for inner in branches(operator, argument):
            yield from pieces(inner)


REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def branches(operator: Any, argument: Any) -> list[Any]:
    """The patterns inside a part of a pattern."""
    if operator in REPEATS:
        return [argument[2]]
    if operator is sre.BRANCH:
        return list(argument[1])
    if operator is sre.SUBPATTERN:
        return [argument[3]]
    if operator in (sre.ASSERT, sre.ASSERT_NOT):
        return [argument[1]]
    return [argument] if operator is sre.ATOMIC_GROUP else []


def sample(tree: Any) -> str:
    """A short text that the pattern takes."""
    said = ""
    for operator, argument in tree:
        inner = branches(operator, argument)
        if operator is sre.LITERAL:
            said += chr(argument)
        elif operator is sre.NOT_LITERAL:
            said += "a" if argument != ord("a") else "b"
        elif operator is sre.ANY:
            said += "a"
        elif operator is sre.IN:
            said += one_of(argument)
        elif operator in REPEATS:
            said += sample(inner[0]) * max(argument[0], 1)
        elif operator is not sre.ASSERT_NOT and inner:
            said += sample(inner[0])
    return said


def one_of(members: Any) -> str:
    """A character that the class takes."""
    if members[0][0] is sre.NEGATE:
        inside = re.compile(f"[{''.join(map(member, members[1:]))}]")
        return next(text for text in "a0 !-\n\t~" if not inside.match(text))
    kind, value = members[0]
    if kind is sre.LITERAL:
        return chr(value)
    return chr(value[0]) if kind is sre.RANGE else CLASSES[value]


def member(part: Any) -> str:
    """A member of a class as it was written."""
    kind, value = part
    if kind is sre.LITERAL:
        return re.escape(chr(value))
    if kind is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {"0": r"\d", " ": r"\s", "a": r"\w", "!": r"\W"}[CLASSES[value]]
