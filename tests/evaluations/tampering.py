"""Six ways to falsify a journal behind the product's back (T32), and who finds them."""

from collections.abc import Callable
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import connection, transaction

from evaltracker.evaluations.journal import chained_hash
from evaltracker.evaluations.models import Entry, Evaluation
from tests.meddling import TABLE, meddle

# A number that no entry has, for those that wait to be renumbered.
ASIDE = 1_000_000


def edit(where: str, middle: int) -> None:
    """Other words in one entry."""
    meddle(f"UPDATE {TABLE} SET reason = 'x' WHERE {where} AND number = {middle}")


def delete(where: str, middle: int) -> None:
    """One entry less, and the numbers closed up."""
    meddle(f"DELETE FROM {TABLE} WHERE {where} AND number = {middle}")
    renumber(where, middle, -1)


def insert(where: str, middle: int) -> None:
    """One entry more, made up, and the numbers moved on."""
    names = [field.column for field in Entry._meta.concrete_fields]
    made_up = {"id": new_id(), "hash": "'" + "f" * 64 + "'"}
    made_up["previous_hash"] = "'" + "e" * 64 + "'"
    copied = ", ".join(made_up.get(str(name), f'"{name}"') for name in names)
    renumber(where, middle, 1)
    listed = ", ".join(f'"{name}"' for name in names)
    meddle(
        f"INSERT INTO {TABLE} ({listed}) SELECT "
        + copied.replace('"number"', str(middle))
        + f" FROM {TABLE} WHERE {where} AND number = {middle + 1}"
    )


def swap(where: str, middle: int) -> None:
    """Two entries that change places."""
    for old, new in ((middle, ASIDE), (middle + 1, middle), (ASIDE, middle + 1)):
        meddle(f"UPDATE {TABLE} SET number = {new} WHERE {where} AND number = {old}")


def cut(where: str, middle: int) -> None:
    """The tail gone, and the head told so."""
    meddle(f"DELETE FROM {TABLE} WHERE {where} AND number > {middle}")
    move_head(where, middle)


def rewrite(where: str, middle: int) -> None:
    """Everything from one entry on written anew, with hashes that fit."""
    meddle(f"UPDATE {TABLE} SET reason = 'x' WHERE {where} AND number = {middle}")
    previous = ""
    for entry in Entry.objects.extra(where=[where, f"number >= {middle}"]).order_by(
        "number"
    ):
        entry.previous_hash = previous or entry.previous_hash
        previous = chained_hash(entry)
        meddle(
            f"UPDATE {TABLE} SET hash = '{previous}', "
            f"previous_hash = '{entry.previous_hash}' "
            f"WHERE {where} AND number = {entry.number}"
        )
    move_head(where, entry.number)


# By name; the last two leave a chain that holds, and only an anchor finds them.
TAMPERINGS: dict[str, Callable[[str, int], None]] = {
    "edit": edit,
    "delete": delete,
    "insert": insert,
    "swap": swap,
    "cut the tail": cut,
    "rewrite from there on": rewrite,
}


def renumber(where: str, beyond: int, by: int) -> None:
    """Move all numbers after one; by a detour, since each is there once."""
    moved = f"{where} AND number {'>=' if by > 0 else '>'} {beyond}"
    meddle(f"UPDATE {TABLE} SET number = number + {ASIDE} WHERE {moved}")
    meddle(
        f"UPDATE {TABLE} SET number = number - {ASIDE} + {by} "
        f"WHERE {where} AND number > {ASIDE}"
    )


def move_head(where: str, number: int) -> None:
    """Let the head fit the entry that is the last now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evaluations_journalhead SET count = {number}, hash = "
            f"(SELECT hash FROM {TABLE} WHERE {where} AND number = {number}) "
            f"WHERE {where}"
        )


def rows_of(evaluation: Evaluation) -> str:
    """An SQL condition: what belongs to one evaluation."""
    key = evaluation.pk.hex if connection.vendor == "sqlite" else str(evaluation.pk)
    return f"evaluation_id = '{key}'"


def new_id() -> str:
    """An SQL expression of an id that is not there."""
    if connection.vendor == "postgresql":
        return "gen_random_uuid()"
    return "lower(hex(randomblob(16)))"


def found(evaluation: Evaluation, name: str) -> str:
    """What `verify_journal` says of one tampering; blank if it finds nothing.

    The anchor is the last entry of before. What was done is undone again.
    """
    kept = StringIO()
    call_command("verify_journal", evaluation.slug, "--print-anchor", stdout=kept)
    last = int(kept.getvalue().partition(":")[0])
    with transaction.atomic():
        TAMPERINGS[name](rows_of(evaluation), last // 2)
        try:
            anchor = kept.getvalue().strip()
            call_command("verify_journal", evaluation.slug, "--anchor", anchor)
            return ""
        except CommandError as error:
            return str(error)
        finally:
            transaction.set_rollback(True)
