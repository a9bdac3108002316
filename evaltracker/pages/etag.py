"""Answering “you have that already”: a page that did not change is not made again.

The journal's head counts every change of an evaluation, so it is the version (decision
3). What else changes a page is in its tag, too: who reads in which session, the day,
the address with its filters, the code, and what the page itself names.
"""

import datetime
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.messages import get_messages
from django.db.models import Expression, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from evaltracker.evaluations.models import Evaluation, JournalHead

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("evaltracker", "stakeholders", "vendors", "trials")
KINDS = frozenset({".py", ".html", ".css", ".js"})


def unless_unchanged(
    request: HttpRequest,
    evaluation: Evaluation,
    make: Callable[[], HttpResponse],
    *,
    day: datetime.date,
    counted: Expression | Subquery,
) -> HttpResponse:
    """304 if the reader's copy is good, else what `make` makes, with its tag.

    `day` is what the answer takes for today; `counted` is read beside the journal's
    head and tells what time alone changes. Rights have to be asked before. The copy is
    the reader's alone and is asked about each time; an answer that carries a message is
    no copy to keep.
    """
    user: Any = request.user
    if len(get_messages(request)):
        return make()
    session: Any = request.session
    head = JournalHead.objects.filter(evaluation=evaluation)
    known = [
        code_version(),
        request.get_full_path(),
        session.session_key,
        user.pk,
        str(user),
        user.is_superuser,
        evaluation.pk,
        head.values_list("hash", counted).first(),
        day,
    ]
    digest = hashlib.sha256("\0".join(map(str, known)).encode()).hexdigest()
    tag = f'"{digest[:40]}"'
    response = get_conditional_response(request, etag=tag) or make()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@cache
def code_version() -> str:
    """Another one whenever a file of the product is another one."""
    found = hashlib.sha256()
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.*")):
            if path.suffix in KINDS:
                stat = path.stat()
                found.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return found.hexdigest()
