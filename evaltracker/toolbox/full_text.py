"""Finding rows by words: PostgreSQL's full text, elsewhere plain comparison."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connections
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
    is_own_table = not any("__" in column for column in columns)
    if is_own_table and connections[rows.db].vendor == "postgresql":
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
        compiled = [compiler.compile(part) for part in self.get_source_expressions()]
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
