"""A table as an import reads it, and takes it in by its proposals."""

from collections.abc import Mapping

from evaltracker.evaluations.models import Evaluation, Import
from evaltracker.intake.kinds import KINDS
from evaltracker.intake.services.imports import planned
from evaltracker.rows.plan import Plan
from evaltracker.rows.sources import read_table

NO_ANSWERS: Mapping[str, str] = {}


def plan_of(
    kind: str,
    where: Evaluation,
    table: str | bytes,
    answers: Mapping[str, str] = NO_ANSWERS,
    name: str = "list.csv",
) -> Plan:
    content = table.encode() if isinstance(table, str) else table
    return planned(KINDS[kind], where, where.owner, read_table(content, name), answers)


def take(
    kind: str,
    where: Evaluation,
    table: str | bytes,
    answers: Mapping[str, str] = NO_ANSWERS,
    name: str = "list.csv",
) -> Import | None:
    """Say yes to all that is proposed; None if it changes nothing."""
    plan = plan_of(kind, where, table, answers, name)
    assert not plan.open, plan.open
    KINDS[kind].take_in(evaluation=where, plan=plan, by=where.owner)
    if not (plan.new or plan.changed):
        return None
    return Import.objects.filter(evaluation=where, kind=kind).latest("at")
