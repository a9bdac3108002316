"""Sentences in Python that vendor rooms reach are whole, and marked to translate."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.reach import in_reach, module
from tests.architecture.source import ROOT

MARKS = ("_", "_lazy", "gettext", "gettext_lazy")
MARKS_OF_MANY = ("ngettext", "ngettext_lazy")
MARKS_OF_CONTEXT = ("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy")
# What is raised at people, and what gathers sentences for it.
SAYS = {"Refused", "Invalid", "Forbidden", "NotFound", "Stale", "TypeNotTaken"}
SAYS |= {"DraftsWrong", "ValueError", "ValidationError", "refuse"}
SENTENCE = re.compile(r"(?s)[A-Z“%].*\w.* .*[.?!:]")
LETTERS = re.compile(r"[^\W\d_]{2,}")


def name_of(call: ast.expr) -> str:
    return getattr(call, "id", getattr(call, "attr", ""))


def is_mark(node: ast.AST) -> bool:
    marks = (*MARKS, *MARKS_OF_MANY, *MARKS_OF_CONTEXT)
    return isinstance(node, ast.Call) and name_of(node.func) in marks


def words_of(node: ast.AST) -> str:
    """The words that stand in an expression itself, without what is put into it."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                words_of(it) for it in values if isinstance(it, ast.Constant)
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return words_of(left) + words_of(right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return words_of(left)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return words_of(value)
        case ast.IfExp(body=body, orelse=other):
            return words_of(body) + words_of(other)
    return ""


def faults_in(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a sentence of a function is bare or assembled."""
    for child in ast.iter_child_nodes(node):
        if is_docstring(child):
            continue
        if isinstance(child, ast.Call) and is_mark(child):
            yield from faults_of_mark(child)
            continue
        if isinstance(child, ast.Call) and name_of(child.func) in SAYS:
            said = (
                child.args[1:2] if name_of(child.func) == "refuse" else child.args[:1]
            )
            if said and LETTERS.search(words_of(said[0])):
                yield child.lineno, words_of(said[0])
                continue
        if is_aside(child):
            continue
        if isinstance(child, ast.JoinedStr | ast.Constant | ast.BinOp):
            words = words_of(child)
            if SENTENCE.fullmatch(words):
                yield child.lineno, words
                continue
        yield from faults_in(child)


def faults_of_mark(call: ast.Call) -> Iterator[tuple[int, str]]:
    name, said = name_of(call.func), call.args
    said = said[1:] if name in MARKS_OF_CONTEXT else said
    for one in said[:2] if "ngettext" in name or "npgettext" in name else said[:1]:
        if isinstance(one, ast.JoinedStr | ast.BinOp):
            yield call.lineno, f"assembled: {ast.unparse(one)}"
        elif isinstance(one, ast.Constant):
            text = str(one.value)
            if name in MARKS and LETTERS.fullmatch(text):
                yield call.lineno, f"needs a context: {text}"
            if re.search(r"%[sd]|\{\}", text):
                yield call.lineno, f"a placeholder has a name: {text}"


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_aside(node: ast.AST) -> bool:
    """What no vendor reads: logs, reasons that are stored, and patterns."""
    if isinstance(node, ast.FunctionDef) and node.name == "reasons":
        return True
    if isinstance(node, ast.AnnAssign) and name_of(node.target) == "gone":
        return True
    if isinstance(node, ast.keyword):
        return node.arg in ("reason", "help_text", "verbose_name")
    if not isinstance(node, ast.Call):
        return False
    of = getattr(getattr(node.func, "value", None), "id", "")
    return name_of(node.func) in ("compile", "fullmatch") or of == "logger"


def faults() -> Iterator[str]:
    for (name, member), statement in in_reach().items():
        of = module(name)
        if of and not f"{name}.{member}".startswith((*UNREAD,)):
            for line, said in faults_in(statement):
                yield f"{of.path.relative_to(ROOT)}:{line} [{member}] {said}"


# Reached by name, but no vendor reads it: by the beginning of the name, why.
UNREAD = {
    "evaltracker.evaluations.models.": "what programmers are told",
    "evaltracker.notices.": "what is stored of a mail, or told to programmers",
    "evaltracker.toolbox.registry.": "what programmers are told",
    "stakeholders.": "staff alone",
    "trials.models.": "what programmers are told",
    "vendors.models.": "what programmers are told",
    "vendors.services.claim_queries.": "REST alone",
    "evaltracker.evaluations.policy.require_open": "staff alone",
    "evaltracker.rows.marks.Facts": "remarks on an import by staff",
    "evaltracker.rows.sources.": "remarks on an import by staff, and paths",
    "evaltracker.toolbox.days.": "places and zones, which staff chooses",
    "evaltracker.toolbox.text.read_requirement_ref": "staff alone",
    "evaltracker.toolbox.measures.measure.Measure": "the measure, which staff writes",
    "evaltracker.toolbox.measures.measure._": "the measure, which staff writes",
    "evaltracker.toolbox.measures.measure.permille_of": "the same",
    "trials.policy.require_trial_lead": "staff alone",
    "vendors.policy.require_token_keeper": "staff alone",
}


def test_every_sentence_in_reach_of_the_vendor_rooms_is_whole_and_marked() -> None:
    assert not [*faults()], "\n".join(sorted({*faults()}))


def test_nothing_is_excused_that_says_nothing() -> None:
    places = [".".join(place) for place in in_reach()]
    idle = [it for it in UNREAD if not any(place.startswith(it) for place in places)]
    assert idle == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused("It is closed.")',
        'raise Refused(f"{name} is closed.")',
        'raise Invalid(_("It is") + " closed.")',
        'raise Invalid("It is {}.".format(name))',
        'raise Invalid("It is %s." % name)',
        'inputs.refuse("name", "It is closed.")',
        '_(f"{name} is closed.")',
        '_("It is " + name)',
        '_("It is %s.") % name',
        '_("Open")',
        'sentence = "It is closed already."',
        'raise Invalid("1 cell is" if one else "cells are")',
    ],
)
def test_a_bare_or_assembled_sentence_is_found(source: str) -> None:
    assert [*faults_in(ast.parse(source))]


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused(_("%(name)s is closed.") % {"name": name})',
        'raise Invalid(ngettext("%(n)s cell", "%(n)s cells", n) % {"n": n})',
        'pgettext("state", "Open")',
        'logger.info("It was sent.")',
        'end(reason="It is not one of us.")',
        'raise Invalid(str(error), field="number")',
        'raise ValueError(f"{first} {second}")',
    ],
)
def test_a_whole_marked_sentence_is_none(source: str) -> None:
    assert not [*faults_in(ast.parse(source))]
