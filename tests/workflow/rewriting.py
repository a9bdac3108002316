"""Ways to rewrite a table behind the product's back (T55)."""

from collections.abc import Callable

from django.db import connection, models

from evaltracker.decision.models import Decision
from stakeholders.models import Condition, SignOff
from tests.evaluations.tampering import new_id
from tests.meddling import meddle
from trials.models import Evidence, Score, ScoreSheet
from vendors.models import Claim, CostLine


def put(row: models.Model, said: str) -> str:
    """Write other values into `row`; gives its key."""
    table = row._meta.db_table
    key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
    meddle(f"UPDATE {table} SET {said} WHERE id = '{key}'", table)
    return str(row.pk)


def insert(row: models.Model, **other: str) -> str:
    """A row like `row`, but with another id and those values."""
    names = [str(field.column) for field in row._meta.concrete_fields]
    values = {"id": new_id(), "salt": "NULL", **other}
    listed = ", ".join(f'"{name}"' for name in names)
    made = ", ".join(values.get(name, f'"{name}"') for name in names)
    table = row._meta.db_table
    key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
    meddle(
        f"INSERT INTO {table} ({listed}) SELECT {made} FROM {table} WHERE id = '{key}'",
        table,
    )
    return "appeared without an entry"


def delete(row: models.Model) -> str:
    """The row gone."""
    table = row._meta.db_table
    key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
    meddle(f"DELETE FROM {table} WHERE id = '{key}'", table)
    return f"{row.pk} is gone"


def swap_scores() -> str:
    """Two people's scores of nobody else's knowledge, exchanged."""
    first, second = scores(locked=False)
    put(first, f"value = {second.value}")
    return put(second, f"value = {first.value}")


def revive() -> str:
    """An older revision in the place of the one that stands."""
    older = claim(stands=False)
    later = Claim.objects.get(
        candidate=older.candidate_id,
        requirement=older.requirement_id,
        superseded_at__isnull=True,
    )
    put(later, "superseded_at = submitted_at")
    return put(older, "superseded_at = NULL")


def scores(*, locked: bool) -> list[Score]:
    """Scores that somebody has locked, or not."""
    rows = Score.objects.filter(sheet__locked_at__isnull=not locked)
    return list(rows.order_by("pk"))


def price(*, opened: bool) -> CostLine:
    """A price that is sealed, or was opened."""
    rows = CostLine.objects.filter(state="priced").order_by("pk")
    line = rows.filter(candidate__evaluation__prices_opened_at__isnull=not opened)
    found: CostLine = line[0]
    return found


def claim(*, stands: bool = True) -> Claim:
    """A claim that stands, or one that was followed by another."""
    found: Claim = Claim.objects.filter(superseded_at__isnull=stands).latest("pk")
    return found


REWRITINGS: dict[str, tuple[str, Callable[[], str]]] = {
    "a statement": ("statement", lambda: put(claim(), "statement = 'No.'")),
    "an availability": ("availability", lambda: put(claim(), "availability = 'beta'")),
    "an older revision stands again": ("superseded_at", revive),
    "an unlocked score": ("value", lambda: put(scores(locked=False)[0], "value = 0")),
    "a locked score": ("value", lambda: put(scores(locked=True)[0], "value = 5")),
    "two scores exchanged": ("value", swap_scores),
    "a sheet unlocked": (
        "locked_at",
        lambda: put(
            ScoreSheet.objects.filter(locked_at__isnull=False)[0], "locked_at = NULL"
        ),
    ),
    "a sealed price": (
        "low",
        lambda: put(price(opened=False), "low = 1, likely = 1, high = 1"),
    ),
    "an opened price": ("high", lambda: put(price(opened=True), "high = 99999999")),
    "a price gone": ("", lambda: delete(price(opened=False))),
    "a price added": ("", lambda: insert(price(opened=False), label="'second'")),
    "a verdict": (
        "verdict",
        lambda: put(Evidence.objects.latest("pk"), "verdict = 'fails', note = 'x'"),
    ),
    "a sign-off": (
        "verdict",
        lambda: put(
            SignOff.objects.filter(verdict="approve")[0],
            "verdict = 'reject', reason = 'x'",
        ),
    ),
    "a condition": ("text", lambda: put(Condition.objects.get(), "text = 'None.'")),
    "a decision": (
        "rationale",
        lambda: put(Decision.objects.get(), "rationale = 'It was cheap.'"),
    ),
    "a salt": ("salt", lambda: put(price(opened=False), "salt = NULL")),
}
