"""The notices of an evaluation: sent, next, suppressed because, in need of a word."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import NOTICE_UNCLEAR, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.selectors import (
    next_notices,
    notices_in,
    sent_notices,
    suppressed_notices,
)
from evaltracker.notices.services.chats import chat_of
from evaltracker.pages.evaluation_menu import waits_on
from evaltracker.pages.labels import label
from evaltracker.pages.paging import page_number
from evaltracker.pages.sealed_entries import SEALS
from evaltracker.pages.workspace import evaluation_page, show

# Of each list while all are shown; one alone is paged through.
SHOWN, PER_PAGE = 10, 50
LISTS = {
    "uncertain": "Uncertain",
    "dead": "Refused",
    "next": "Next",
    "sent": "Sent",
    "suppressed": "Not sent",
}
FILTERS = ("state", "kind", "to")


def opened_notices(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """What the mail server said is in the journal, too: for the owner and operators."""
    return set(ids) if is_owner(user, evaluation) or user.is_superuser else set()


SEALS.register("notice", opened_notices)


@evaluation_page("notices", "Notices", order=130, group="Record")
def notices(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """What is owed to whom. Others than the owner see their own mail only."""
    user: Any = request.user
    owner = is_owner(user, evaluation)
    asked = {
        name: request.GET[name].replace("\x00", "")
        for name in FILTERS
        if request.GET.get(name)
    }
    every = _lists(user, evaluation)
    wanted = {name: _filtered(rows, asked) for name, rows in every.items()}
    page = None
    if (state := asked.get("state")) in LISTS:
        pages = Paginator(wanted[state], PER_PAGE)
        page = pages.page(page_number(request, pages.num_pages))
        lists = {state: list(page)}
    else:
        lists = {name: list(rows[:SHOWN]) for name, rows in wanted.items()}
    return show(
        request,
        evaluation,
        "evaluations/notices.html",
        title="Notices",
        tab="notices",
        lists=[
            {"name": name, "title": LISTS[name], "rows": rows}
            for name, rows in lists.items()
            if rows
        ],
        counts=[(name, title, every[name].count()) for name, title in LISTS.items()],
        subjects=_titles(row for rows in lists.values() for row in rows),
        options=_options(notices_in(*NoticeState, user=user, evaluation=evaluation))
        if owner
        else [],
        asked=asked,
        page=page,
        query=urlencode(asked),
        without_state=urlencode({k: v for k, v in asked.items() if k != "state"}),
        shown=SHOWN,
        is_owner=owner,
        room=chat_of(evaluation),
    )


@waits_on("notices")
def unclear(user: User, evaluation: Evaluation) -> Any:
    """Mails that may not have arrived and wait for the owner's word."""
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    return Notice.objects.filter(evaluation=evaluation, state__in=NOTICE_UNCLEAR)


def _lists(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """What `user` may read of each list: the owner all of it, others their own mail."""
    scope: dict[str, Any] = {"user": user, "evaluation": evaluation}
    every = {
        "uncertain": notices_in(NoticeState.UNCERTAIN, **scope),
        "dead": notices_in(NoticeState.DEAD, **scope),
        "next": next_notices(**scope),
        "sent": sent_notices(**scope),
        "suppressed": suppressed_notices(**scope),
    }
    if is_owner(user, evaluation):
        return every
    return {name: rows.filter(recipient=user) for name, rows in every.items()}


def _titles(notices: Iterable[Notice]) -> dict[str, str]:
    """What they are about, by subject id."""
    ids: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        ids[notice.kind].add(notice.subject_id)
    found: dict[str, str] = {}
    for kind, subjects in ids.items():
        if kind in KINDS:
            found |= KINDS[kind].titles(subjects)
    return found


def _filtered(rows: Any, asked: Mapping[str, str]) -> Any:
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    if to := asked.get("to"):
        rows = rows.filter(recipient__username=to)
    return rows


def _options(rows: Any) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What there is to choose from: kinds and people of this evaluation's notices."""
    kinds = rows.order_by("kind").values_list("kind", flat=True).distinct()
    readers = User.objects.filter(pk__in=rows.order_by().values("recipient"))
    people = [(reader.username, reader.name) for reader in readers.order_by("username")]
    return [
        ("kind", "What", [(kind, label(kind)) for kind in kinds]),
        ("to", "To", people),
    ]
