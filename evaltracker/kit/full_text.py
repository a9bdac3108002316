"""Finding rows by words: PostgreSQL's full text, elsewhere plain comparison.

Whatever separates words for people separates them here too, so that “SAML/OIDC” is
found by either and “R06.2” by “r06 2”. A word is found by its beginning. PostgreSQL
answers from a GIN index of the same expression, which `AddSearchIndex` builds.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps.registry import Apps
from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value

# They stand in SQL, so those that mean something there are told apart.
SEPARATORS = (
    "-_./:;,@#&+*=|!?()[]{}<>~^$\u2013\u2014\u2026\u2018\u2019\u201c\u201d\u201e"
)
QUOTES = "'\"\\`%"
_APART = str.maketrans(dict.fromkeys(SEPARATORS + QUOTES, " "))


def words_of(text: str) -> list[str]:
    """The words that are looked for, in small letters, each once."""
    return list(dict.fromkeys(text.translate(_APART).lower().split()))


def holding[M: Model](
    rows: QuerySet[M], columns: Sequence[str], words: Sequence[str]
) -> QuerySet[M]:
    """The rows in whose columns, taken together, every word begins somewhere.

    A column of another table is compared without an index. SQLite finds words in the
    middle of others too, and knows capitals of plain letters only.
    """
    own = not any("__" in column for column in columns)
    if own and connections[rows.db].vendor == "postgresql":
        return rows.filter(Holds(*columns, words=words))
    return rows.filter(
        reduce(
            and_,
            (
                reduce(or_, (Q((f"{column}__icontains", word)) for column in columns))
                for word in words
            ),
        )
    )


class Holds(Func):
    """Whether the columns hold a word that begins with each of `words`."""

    output_field = BooleanField()

    def __init__(self, *columns: str, words: Sequence[str]) -> None:
        looked_for = " & ".join(f"'{word}':*" for word in words)
        super().__init__(*(F(column) for column in columns), Value(looked_for))

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The condition, of the very expression that is indexed."""
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        columns = [sql for sql, _ in compiled[:-1]]
        looked_for, params = compiled[-1]
        condition = f"{document(columns)} @@ to_tsquery('simple', {looked_for})"
        return f"({condition})", tuple(params)


def document(columns: Sequence[str]) -> str:
    """SQL of the columns' words, in small letters and without endings cut off."""
    text = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    return (
        f"to_tsvector('simple', translate({text}, "
        f"'{SEPARATORS}', '{' ' * len(SEPARATORS)}'))"
    )


class AddSearchIndex(RunPython):
    """Builds the index of some columns' words while others write.

    Its migration says `atomic = False`, and it may be repeated after a failure in the
    middle. SQLite has none. `where` narrows it to the rows that are searched.
    """

    def __init__(
        self, table: str, name: str, columns: Sequence[str], where: str = ""
    ) -> None:
        self.made_of = (table, name, tuple(columns), where)

        def build(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            if editor.connection.vendor != "postgresql":
                return
            quoted = [editor.quote_name(column) for column in columns]
            condition = f" WHERE {where}" if where else ""
            editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
            editor.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {table} "
                f"USING gin (({document(quoted)})){condition}",
                params=None,
            )

        def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)

        super().__init__(build, drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As it is written in a migration."""
        return (type(self).__qualname__, list(self.made_of), {})
