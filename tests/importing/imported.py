"""A file of the corpus at the desk of an import, and what stands afterwards."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation, ImportDraft
from evaltracker.evaluations.policy import lock
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.plan import FileQuestion
from evaltracker.importing.services.log import Look, look_at
from evaltracker.importing.services.waiting import keep_draft, say_how_to_read
from evaltracker.toolbox.tabular.cells import Workbook
from evaltracker.toolbox.tabular.open_books import read_table
from tests.cast import common, vendors
from tests.data.grade_imports import Graded, Oracle, Outcome, Rows, grade, oracles
from vendors.models import Claim, CostLine


class Undo(Exception):
    """Takes back what a try has written."""


def all_graded() -> list[Graded]:
    """Every file imported without and with the answers of its person."""
    worlds: dict[str, Evaluation] = {}
    graded = []
    for oracle in oracles():
        key = json.dumps([oracle.kind, oracle.given])
        if key not in worlds:
            worlds[key] = world_of(oracle)
        first = attempt(oracle, worlds[key], {})
        knows = oracle.knows
        answered = attempt(oracle, worlds[key], knows) if knows else None
        graded.append(grade(oracle, first, answered))
    return graded


def attempt(oracle: Oracle, where: Evaluation, knows: Mapping[str, Any]) -> Outcome:
    """What becomes of the file; nothing of it stays."""
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic():
            outcomes.append(import_file(oracle, lock(where), knows))
            raise Undo
    except Undo:
        return outcomes[0]


def world_of(oracle: Oracle) -> Evaluation:
    """An evaluation in euros with what is given."""
    where = common.evaluation(title=f"Corpus {oracle.kind}", currency="EUR")
    for name in oracle.given.get("candidates", ()):
        vendors.candidate(where, name=name)
    for ref, text in oracle.given.get("requirements", {}).items():
        common.requirement(where, ref=ref, text=text)
    if oracle.kind == "claims":
        vendors.enter(where, "research")
    return where


def import_file(oracle: Oracle, where: Evaluation, knows: Mapping[str, Any]) -> Outcome:
    """Hand the file in as the page does, answer, and say yes if there is a plan."""
    kind = KINDS[oracle.kind]
    user = where.owner
    try:
        book = read_table(oracle.content, oracle.name)
        draft = keep_draft(
            evaluation=where,
            kind=kind.slug,
            filename=oracle.name,
            content=oracle.content,
            by=user,
        )
        look = answered(draft, kind, where, book, knows)
        return taken(look, kind, where)
    except Problem as problem:
        return Outcome(refused=(problem.sentence,))


def answered(
    draft: ImportDraft,
    kind: ImportKind,
    where: Evaluation,
    book: Workbook,
    knows: Mapping[str, Any],
) -> Look:
    """What the page shows once everything known is said."""
    reading = reading_of(book, knows)
    say_how_to_read(draft=draft, reading=reading)
    look = look_at(draft, kind, where, where.owner)
    if look.plan is not None and look.plan.questions:
        reading["answers"] = answers_to(look.plan.questions, knows)
        say_how_to_read(draft=draft, reading=reading)
        look = look_at(draft, kind, where, where.owner)
    if "words" in knows and look.plan is not None:
        keys = {it.shown: it.key for it in kind.questions(look.plan)}
        meanings = {
            keys[word]: (meaning, "")
            for word, meaning in knows["words"].items()
            if word in keys
        }
        kind.explain(where, where.owner, meanings)
        look = look_at(draft, kind, where, where.owner)
    return look


def reading_of(book: Workbook, knows: Mapping[str, Any]) -> dict[str, Any]:
    """What is known as the page keeps it."""
    more = dict(knows.get("of all", {}))
    if "due" in more:
        more["recurrence"] = more.pop("due")
    return {
        "skip_unknown": knows.get("leave out") == "unknown names",
        "more": more,
        "headers": headers_of(book, knows.get("columns", {})),
    }


def answers_to(
    questions: Sequence[FileQuestion], knows: Mapping[str, Any]
) -> dict[str, str]:
    """What a person with this knowledge answers."""
    answers = {}
    for question in questions:
        topic, _, about = question.key.partition(":")
        leaves = knows.get("leave out") == "refused rows" and topic == "refused"
        if leaves or knows.get(topic) == "yes":
            answers[question.key] = question.options[0][0]
            continue
        known = knows.get("words" if topic == "word" else topic, {})
        for name, said in known.items():
            wanted = ANSWERS.get(said, said)
            if name.casefold().replace(" ", "") == about.split(":")[-1]:
                answers[question.key] = wanted
    return answers


ANSWERS = {"day first": "day", "month first": "month", "leave out": "leave-out"}


def headers_of(book: Workbook, columns: Mapping[str, str]) -> dict[str, Any]:
    """The header that has these names, with what they are said to hold."""
    for sheet in book.visible if columns else ():
        for row in sheet.rows:
            places = {name: index for index, name in enumerate(row.cells)}
            if columns.keys() <= places.keys():
                said = {field: places[name] for name, field in columns.items()}
                return {sheet.name: {"row": row.number, "columns": said}}
    return {}


def taken(look: Look, kind: ImportKind, where: Evaluation) -> Outcome:
    """Say yes, and look at what stands."""
    if look.problem is not None:
        return Outcome(refused=(look.problem.sentence,))
    plan = look.plan
    assert plan is not None
    asked = bool(kind.questions(plan)) or any(not it.said for it in plan.questions)
    if not look.can_apply:
        problems = tuple(str(problem) for problem in plan.problems)
        return Outcome(refused=problems, said=plan.remarks, asked=asked)
    kind.apply(where, where.owner, plan, look.reading)
    return Outcome(rows=STANDING[kind.slug](where), said=plan.remarks, asked=asked)


def requirements(where: Evaluation) -> Rows:
    names = ("ref", "text", "priority", "weight")
    return [
        {name: getattr(row, name) for name in names} | {"category": row.category.name}
        for row in where.requirements.select_related("category")
    ]


def candidates(where: Evaluation) -> Rows:
    return [
        {
            "name": row.name,
            "kind": row.kind,
            "website": row.website,
            "summary": row.summary,
            "vendor": str(row.vendor or ""),
        }
        for row in where.candidates.select_related("vendor")
    ]


def costs(where: Evaluation) -> Rows:
    names = ("kind", "label", "state", "likely", "currency", "recurrence", "unit")
    rows = CostLine.objects.filter(candidate__evaluation=where)
    return [
        {name: getattr(row, name) for name in (*names, "quoted_on", "note")}
        | {"candidate": row.candidate.name}
        for row in rows.select_related("candidate")
    ]


def claims(where: Evaluation) -> Rows:
    names = ("availability", "available_from", "statement", "evidence_url")
    rows = Claim.objects.in_evaluation(where).filter(superseded_at=None)
    return [
        {name: getattr(row, name) for name in names}
        | {"candidate": row.candidate.name, "ref": row.requirement.ref}
        for row in rows.select_related("candidate", "requirement")
    ]


STANDING: dict[str, Callable[[Evaluation], Rows]] = {
    "requirements": requirements,
    "candidates": candidates,
    "costs": costs,
    "claims": claims,
}
