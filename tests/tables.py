"""A snapshot of all tables, to show that something changed nothing."""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

# Whoever is signed in is known by a row of its own, which reading may renew; what a
# page showed is remembered for a while.
NOT_OURS = ("sessions.Session", "evaluations.CachedValue")

# A table, the statement that reads its rows, and the parameters of that.
type Rows = tuple[str, str, tuple[Any, ...]]


def snapshot() -> dict[str, str]:
    """A digest of every row by table."""
    return digests(_all_rows())


@cache
def _all_rows() -> tuple[Rows, ...]:
    models = [
        model
        for model in apps.get_models()
        if model._meta.label not in NOT_OURS and model._meta.managed
    ]
    return queries(model._base_manager.all() for model in models)


def queries(querysets: Iterable[QuerySet[Any]]) -> tuple[Rows, ...]:
    """What `digests` reads for each."""
    found = []
    for queryset in querysets:
        columns = [field.attname for field in queryset.model._meta.concrete_fields]
        rows = queryset.order_by("pk").values_list(*columns)
        sql, values = rows.query.sql_with_params()
        found.append((queryset.model._meta.db_table, sql, values))
    return tuple(found)


def digests(kept: Sequence[Rows]) -> dict[str, str]:
    """A digest of the rows of each table. PostgreSQL is asked once for all of them:
    they are many, and a statement takes a millisecond."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = "coalesce(string_agg(kept::text, chr(10)), '')"
            parts = [f"SELECT %s, md5({text}) FROM ({sql}) kept" for _, sql, _ in kept]
            values = [value for table, _, given in kept for value in (table, *given)]
            cursor.execute(" UNION ALL ".join(parts), values)
            return dict(cursor.fetchall())

        found = {}
        for table, sql, given in kept:
            cursor.execute(sql, given)
            found[table] = sha256(repr(cursor.fetchall()).encode()).hexdigest()
        return found
