"""Factories are called once per worker; later tests get the rows and files.

Most of a test's time went into making the same evaluation by the same services. What a
builder writes is fetched from the database when it has run, and written back by COPY
when a test calls it again with the same arguments in the same state: after the same
builders, with nothing else written in between. Whatever is in doubt runs as ever: a
travelled clock, a test with a database of its own or another process's, SQLite.
"""

import fcntl
import functools
import inspect
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.db import connection
from django.db.models import Model
from time_machine import traveller_stack

from evaltracker.toolbox.database import Pipeline
from tests.as_application import assumed_role

# Whoever takes another role may not write beside it, as a copy does.
HARMLESS = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE|SET(?! LOCAL ROLE)|SHOW|BEGIN|COMMIT)\b", re.I
)
WRITTEN = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.I)
MARK = "CREATE TEMPORARY TABLE IF NOT EXISTS world_mark (number integer)"
# What was there before the first builder, and how permissions are numbered.
GROUND = """
SELECT (SELECT md5(string_agg(concat_ws(' ', id, content_type_id, codename), ','
        ORDER BY id)) FROM auth_permission),
    (SELECT count(*) FROM evaluations_user), (SELECT max(id) FROM evaluations_user),
    (SELECT count(*) FROM evaluations_evaluation), (SELECT count(*) FROM vendors_vendor)
"""
PLAIN = {"builtins", "datetime", "decimal", "uuid"}
# Triggers and references are silent in a session that copies another one's rows.
ASIDE = "SET LOCAL session_replication_role = replica"
BACK = "SET LOCAL session_replication_role = origin"


# Bytes of a table from which on the planner should know of them.
MANY = 5_000


class Unkeyable(Exception):
    """An argument of which one cannot say whether it is the same again."""


@dataclass
class World:
    """What one call of a builder wrote: rows as COPY says them, and what it gave."""

    rows: dict[str, bytes]
    changed: dict[str, list[str]]
    files: dict[str, bytes]
    given: bytes


@dataclass
class State:
    """What was done in the test that runs."""

    # None once something was written that no builder wrote.
    history: tuple[Any, ...] | None = None
    # While rows are kept or written back: those statements are nobody's.
    aside: bool = False
    # Names of what the builder that runs has stored.
    stored: list[str] = field(default_factory=list)
    # What the builder that runs has written; None where none is being kept.
    written: dict[str, set[str]] | None = None


STATE = State()
KEPT: dict[tuple[Any, ...], World | None] = {}


def built_once[**P, R](builder: Callable[P, R]) -> Callable[P, R]:
    """Let a factory be called once, and its rows be written from then on."""

    @functools.wraps(builder)
    def build(*args: P.args, **kwargs: P.kwargs) -> R:
        key = _key(f"{builder.__module__}.{builder.__qualname__}", args, kwargs)
        if key is None:
            return builder(*args, **kwargs)
        if key not in KEPT:
            result: R = _record(key, builder, args, kwargs)
        elif (world := KEPT[key]) is None:
            return builder(*args, **kwargs)
        else:
            result = _write(world, args, kwargs)
        STATE.history = key
        return result

    return build


def _key(name: str, args: Any, kwargs: Any) -> tuple[Any, ...] | None:
    """Who calls what after what; None where nothing can be kept."""
    if WATCH not in connection.execute_wrappers:
        # A browser's loop has given Django another connection; who knows what it wrote.
        connection.execute_wrappers.append(WATCH)
        STATE.history = None
    if (
        STATE.history is None
        or traveller_stack
        or connection.vendor != "postgresql"
        or not connection.in_atomic_block
        or assumed_role()
    ):
        return None
    history = STATE.history
    if not history:
        with aside() as cursor:
            cursor.execute(GROUND)
            history = (datetime.now(UTC).date(), *(cursor.fetchone() or ()))
    try:
        said = [_said(value) for value in args]
        named = [(key, _said(value)) for key, value in sorted(kwargs.items())]
    except Unkeyable:
        return None
    return (history, name, tuple(said), tuple(named))


def _said(value: Any) -> Any:
    if isinstance(value, Model):
        return (value._meta.label, value.pk)
    if isinstance(value, list | tuple):
        return tuple(map(_said, value))
    if isinstance(value, dict):
        return tuple((key, _said(each)) for key, each in value.items())
    if isinstance(value, str) or type(value).__module__ in PLAIN:
        return repr(value)
    raise Unkeyable


def _is_plain(value: Any) -> bool:
    """Whether it is rows and values alone; a client, say, is logged in somewhere."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if is_dataclass(value):
        return all(_is_plain(getattr(value, each.name)) for each in fields(value))
    return isinstance(value, Model | str) or type(value).__module__ in PLAIN


def _record[R](
    key: tuple[Any, ...], builder: Callable[..., R], args: Any, kwargs: Any
) -> R:
    """Run the builder and keep what it wrote; what it begins with may be kept, too."""
    result, KEPT[key] = _recorded(builder, args, kwargs)
    return result


def _recorded[R](
    builder: Callable[..., R], args: Any, kwargs: Any
) -> tuple[R, World | None]:
    """What the builder gives, and what it wrote if that can be kept."""
    outer, outer_stored = STATE.written, STATE.stored
    STATE.written, STATE.stored = {}, []
    letters = len(getattr(mail, "outbox", ()))
    try:
        with aside() as cursor:
            cursor.execute(f"{MARK}; SAVEPOINT world")
            cursor.execute("INSERT INTO world_mark VALUES (1) RETURNING xmin::text")
            (before,) = cursor.fetchone() or ("",)
            cursor.execute("RELEASE SAVEPOINT world; SAVEPOINT world")
        result = builder(*args, **kwargs)
        # What no rows and no files can tell.
        sent = len(getattr(mail, "outbox", ())) > letters
        kept = _is_plain(result) and not sent
        with aside() as cursor:
            cursor.execute("RELEASE SAVEPOINT world")
            given = (args, kwargs, result)
            world = _rows_since(cursor, int(before), given) if kept else None
    except BaseException:
        STATE.history = None
        raise
    finally:
        written, STATE.written = STATE.written, outer
        STATE.stored = [*outer_stored, *STATE.stored]
        for table, verbs in written.items():
            _note_written(table, verbs)
    return result, world


# The folder that the workers of a run have in common.
RUN: list[Path] = []


@pytest.fixture(autouse=True, scope="session")
def _run_folder(request: pytest.FixtureRequest) -> None:
    RUN[:] = [run_folder(request)]


def run_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that the workers of a run have in common."""
    made: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    folder = made.getbasetemp()
    return folder.parent if hasattr(request.config, "workerinput") else folder


def shared_world[R](builder: Callable[[], R], folder: Path) -> R:
    """What a builder makes where nothing is yet: by one worker of a run, for all.

    For what takes many seconds and stands outside of a test; others wait, then copy.
    """
    if connection.vendor != "postgresql" or assumed_role():
        return builder()
    if WATCH not in connection.execute_wrappers:
        connection.execute_wrappers.append(WATCH)
    with aside() as cursor:
        cursor.execute(GROUND)
        ground = "-".join(map(str, cursor.fetchone() or ()))
    place = folder / f"{builder.__module__}.{builder.__qualname__}.{ground}.world"
    with (folder / "worlds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            world: World = pickle.loads(place.read_bytes())
            result: R = _write(world, (), {})
            _number_on(world)
            return result
        result, recorded = _recorded(builder, (), {})
        if recorded is not None:
            place.write_bytes(pickle.dumps(recorded))
            count_rows(recorded)
    return result


def count_rows(world: World | None = None) -> None:
    """Let the planner know of rows that nobody has committed: guesses cost minutes.

    Never by ANALYZE alone: its locks are held until the transaction ends, and those of
    the catalogues that all databases share would make other workers wait for it.
    """
    if world is None:
        many = connection.introspection.table_names()
    else:
        many = [name for name, rows in world.rows.items() if len(rows) > MANY]
    if many:
        with aside() as cursor:
            cursor.execute("ANALYZE " + ", ".join(f'"{name}"' for name in many))


def _number_on(world: World) -> None:
    """Let the next rows have higher numbers than those that another worker gave."""
    with aside() as cursor:
        for table in world.rows:
            key = _primary_key(table)
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, %s)", [table, key.strip('"')]
            )
            if sequence := (cursor.fetchone() or (None,))[0]:
                cursor.execute(
                    f"SELECT setval(%s, greatest(last_value, (SELECT max({key}) + 1 "
                    f'FROM "{table}"))) FROM {sequence}',
                    [sequence],
                )


@contextmanager
def aside() -> Iterator[Any]:
    """A cursor whose statements are not seen."""
    before, STATE.aside = STATE.aside, True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        STATE.aside = before


def _note_written(table: str, verbs: set[str]) -> None:
    if STATE.written is not None:
        STATE.written.setdefault(table, set()).update(verbs)


def _rows_since(cursor: Any, before: int, given: Any) -> World | None:
    """The rows that were written after that transaction; None if some were deleted,
    or if there are none."""
    written = STATE.written or {}
    verbs = set().union(*written.values())
    if not verbs or "DELETE FROM" in verbs:
        return None
    rows, changed, files = {}, {}, {}
    for name in filter(default_storage.exists, STATE.stored):
        with default_storage.open(name) as file:
            files[name] = file.read()
    for table, verbs in written.items():
        those = f'FROM "{table}" WHERE xmin::text::bigint > {before}'
        with cursor.copy(f"COPY (SELECT * {those}) TO STDOUT") as copy:
            rows[table] = b"".join(bytes(block) for block in copy)
        if "UPDATE" in verbs:
            cursor.execute(f"SELECT {_primary_key(table)}::text {those}")
            changed[table] = [pk for (pk,) in cursor.fetchall()]
    try:
        return World(rows, changed, files, pickle.dumps(given))
    except (TypeError, AttributeError, pickle.PicklingError):
        return None


@functools.cache
def _primary_key(table: str) -> str:
    with connection.cursor() as cursor:
        name = connection.introspection.get_primary_key_column(cursor, table)
    return f'"{name}"'


def _write(world: World, args: Any, kwargs: Any) -> Any:
    """Write the rows of a world; what the builder gave, and did to its arguments."""
    with aside() as cursor:
        cursor.execute(ASIDE)
        for table, rows in world.rows.items():
            changed = world.changed.get(table)
            if changed:
                cursor.execute(
                    f'DELETE FROM "{table}" '
                    f"WHERE {_primary_key(table)}::text = ANY(%s)",
                    [changed],
                )
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
            _note_written(table, {"INSERT INTO", *(["UPDATE"] if changed else [])})
        cursor.execute(BACK)
    count_rows(world)
    for name, content in world.files.items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
    STATE.stored += [*world.files]
    said, named, result = pickle.loads(world.given)
    pairs = [*zip(args, said, strict=True)]
    pairs += [(value, named[key]) for key, value in kwargs.items()]
    for mine, theirs in pairs:
        if isinstance(mine, Model):
            vars(mine).update(vars(theirs))
            if result is theirs:
                result = mine
    return result


class Watch:
    """Sees what is written, by builders and by others."""

    def __call__(
        self, execute: Any, sql: Any, params: Any, many: bool, ctx: Any
    ) -> Any:
        """Note a statement of Django's, unless it deletes nothing."""
        text = str(sql)
        if not text.startswith("DELETE"):
            note(text)
        result = execute(sql, params, many, ctx)
        if text.startswith("DELETE") and ctx["cursor"].rowcount != 0:
            note(text)
        return result


WATCH = Watch()


def note(sql: str) -> None:
    """Note what a statement writes; by whom decides what follows from it."""
    if STATE.aside or HARMLESS.match(sql):
        return
    STATE.history = None
    if found := WRITTEN.match(sql):
        _note_written(found[2], {found[1].upper()})


@pytest.fixture(autouse=True, scope="session")
def _watch_what_is_written() -> Iterator[None]:
    ask = Pipeline.ask

    def asking(self: Pipeline, statement: str, /, **values: Any) -> Any:
        note(statement)
        return ask(self, statement, **values)

    connection.execute_wrappers.append(WATCH)
    save = Storage.save

    def saving(self: Storage, *given: Any, **named: Any) -> str:
        name = save(self, *given, **named)
        STATE.stored.append(name)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pipeline, "ask", asking)
        patch.setattr(Storage, "save", saving)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    """A test's own world is kept like that of a factory: what a fixture makes."""
    func = fixturedef.func
    if (
        fixturedef.scope == "function"
        and not inspect.isgeneratorfunction(func)
        and getattr(func, "__module__", "").startswith("tests.")
        and not hasattr(func, "__wrapped__")
    ):
        fixturedef.func = built_once(func)  # type: ignore[misc]


@pytest.fixture(autouse=True)
def _another_test() -> Iterator[None]:
    """A test starts where no other has written."""
    STATE.history, STATE.stored = (), []
    yield
    STATE.history = None
