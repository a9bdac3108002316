"""T33: what a request writes, the journal tells; what only reads writes nothing.

That an entry commits to the rows that it writes, `journal_coverage` sees (T55).

A middleware of the tests' settings: every request of every test is looked at, and the
statements that it sends are seen on their way to the database, also those that go round
Django through a pipeline.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from evaltracker.toolbox import database as pipeline
from evaltracker.toolbox.database import Pipeline

WRITE = re.compile(
    r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.IGNORECASE
)
COLUMNS = re.compile(r"\(([^)]*)\)")
JOURNAL = "evaluations_entry"
# What happens to a login is told in a log of its own.
ACCOUNTS = "evaluations_accountentry"
LOGINS = {
    "evaluations_user",
    "evaluations_user_groups",
    "evaluations_user_user_permissions",
}
FLOORS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
ELSEWHERE = {
    # The logs themselves.
    JOURNAL,
    ACCOUNTS,
    "evaluations_journalhead",
    # What the machinery keeps for itself.
    "evaluations_notice",
    "evaluations_cachedvalue",
    "evaluations_choredone",
    "vendors_idempotencyrecord",
    "vendors_refusedcall",
    "vendors_vendorevent",
    # A company stands above evaluations: the journal of each in which it has a part
    # tells of it, and there may be none yet.
    "vendors_contact",
    "vendors_vendor",
    "evaluations_personaltoken",
    "vendors_vendortoken",
    # The way into the vendor pages: that a code was asked for, and visits. A code that
    # was used has its entry, and so has a session that the owner ended.
    "vendors_invitationlink",
    "vendors_signincode",
    "vendors_vendorsession",
    # What a vendor types is its own until it hands in.
    "vendors_answerdraft",
    "vendors_draftfile",
    # A reader's own bookmark, list and bell.
    "vendors_lastseen",
    "workflow_askedact",
    "workflow_snooze",
    "workflow_belllook",
    # A file that waits for its person's yes, and how such files are read: nothing of
    # the evaluation has changed by either.
    "evaluations_importdraft",
    "evaluations_columnmemory",
    "evaluations_gridview",
}
READING = {"GET", "HEAD", "OPTIONS"}
# When a vendor first read its invitation is kept there, with an entry, and who has read
# its prices.
READ_EVENTS = {"vendors_candidate", "vendors_quoteread"}


@cache
def told_tables() -> frozenset[str]:
    """Tables whose every change has to stand in a journal."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in FLOORS
    ).difference(ELSEWHERE | LOGINS)


# Two of them are never one, whatever they have seen.
@dataclass(eq=False)
class Seen:
    """What one request wrote: tables, and who acted by the journal."""

    tables: set[str] = field(default_factory=set)
    actors: list[object] = field(default_factory=list)

    def __call__(
        self, execute: Any, sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Look at a statement on its way."""
        self.look(sql, params)
        return execute(sql, params, many, context)

    def look(self, sql: str, params: Any) -> None:
        """Remember what it writes to."""
        if found := WRITE.match(sql):
            self.tables.add(found[1])
            if found[1] == JOURNAL:
                self.actors += values_of("actor_id", sql, params)

    @property
    def changed(self) -> set[str]:
        """Tables of evaluations in which something changed."""
        return self.tables & told_tables()


def values_of(
    column: str, sql: str, params: Sequence[Any] | Mapping[str, Any]
) -> list[Any]:
    """What an insertion writes into a column."""
    if isinstance(params, Mapping):
        return [params[column]]
    if not params or not (columns := COLUMNS.search(sql)):
        return []
    names = [name.strip(' "') for name in columns[1].split(",")]
    value = params[names.index(column)]
    # Many rows at once come as an array for each column.
    return value if isinstance(value, list) else [value]


# What the request that runs here has written so far.
WATCHED: ContextVar[Seen | None] = ContextVar("watched", default=None)


class WatchedPipeline(Pipeline):
    """A pipeline whose statements are seen, too."""

    def ask(self, statement: str, /, **values: Any) -> Any:
        """Look at a statement on its way."""
        if seen := WATCHED.get():
            seen.look(statement, values)
        return super().ask(statement, **values)


@contextmanager
def seen_by(seen: Seen, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Show it what a connection sends.

    It is taken away by itself, not as the newest: another watcher may have come with
    a connection that was opened meanwhile, and would go in its place.
    """
    connection.execute_wrappers.append(seen)
    try:
        yield
    finally:
        connection.execute_wrappers.remove(seen)


class WitnessMiddleware:
    """Fails the test in which a request changed something and left no trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        pipeline.Pipeline = WatchedPipeline  # type: ignore[misc]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and look at what was written."""
        seen = Seen()
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(seen_by(seen, connection))
            stack.callback(WATCHED.reset, WATCHED.set(seen))
            answer = self.get_response(request)
        what = f"{request.method} {request.path}"
        if request.method in READING:
            wrote = seen.changed - (READ_EVENTS if seen.actors else set())
            assert not wrote, f"{what} wrote {wrote}"
            return answer
        if answer.status_code < 400 and seen.tables & LOGINS:
            assert ACCOUNTS in seen.tables, f"{what} changed a login; no entry tells it"
        if answer.status_code < 400 and seen.changed:
            assert seen.actors, f"{what} changed {seen.changed}; no entry tells it"
            # A vendor is no user; whose token it was stands in the entry's name.
            # Asked of the cache: looking at the session would change the answer.
            # A program's person stands in place of the session's.
            by_token = "evp_" in request.headers.get("Authorization", "")
            called = request.user if by_token else None
            login = getattr(request, "_cached_user", None)
            who = getattr(called or login, "pk", None)
            strange = [actor for actor in seen.actors if actor not in (None, who)]
            assert not strange, f"{what} by {who}; the journal names {strange}"
        return answer
