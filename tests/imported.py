"""Files read and taken in without a page."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.imports import planned, undo_import
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.sources import read_table

NOTHING: Mapping[str, str] = {}


def plan_of(
    slug: str,
    where: Evaluation,
    table: str | bytes,
    answers: Mapping[str, str] = NOTHING,
    *,
    name: str = "list.csv",
    by: User | None = None,
) -> ImportPlan:
    """What a file would do there, read by the kind of that slug."""
    content = table.encode() if isinstance(table, str) else table
    book = read_table(content, name)
    return planned(KINDS[slug], where, by or where.owner, book, answers)


def take_in(
    slug: str,
    where: Evaluation,
    table: str | bytes,
    answers: Mapping[str, str] = NOTHING,
    **more: Any,
) -> ImportPlan:
    """The plan, after it was done by the owner."""
    plan = plan_of(slug, where, table, answers, **more)
    assert not plan.open, [(line.key, line.title) for line in plan.open]
    KINDS[slug].take_in(evaluation=where, plan=plan, by=where.owner)
    return plan


def take(
    slug: str,
    where: Evaluation,
    table: str | bytes,
    answers: Mapping[str, str] = NOTHING,
) -> Import | None:
    """What was imported by the owner's yes; None if the table changes nothing."""
    plan = take_in(slug, where, table, answers)
    rows = Import.objects.filter(evaluation=where, kind=slug)
    return rows.latest("at") if plan.new or plan.changed else None


def undo_last(where: Evaluation) -> None:
    last = Import.objects.filter(evaluation=where, undone_at=None).order_by("-at")[0]
    undo_import(imported=last, by=where.owner)
