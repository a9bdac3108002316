"""The rows that stay out of an import, as a file to put right."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.previews import unpacked
from evaltracker.importing.rest import rest_book
from evaltracker.importing.services.import_log import REST
from evaltracker.importing.services.looks import look_at
from evaltracker.importing.services.waiting_files import read_draft
from evaltracker.kit.downloads import download
from evaltracker.kit.files import TYPES
from evaltracker.pages.query import check_query


def rest_page(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    """Of the file that waits, or of an import; for whoever handed it in alone."""
    check_query(request, filters=("import",))
    user: Any = request.user
    if not kind.allowed(user, evaluation):
        raise Forbidden(f"Importing {kind.things} is not yours to do here.")
    asked = request.GET.get("import", "")
    mine = partial(kept, asked=asked) if asked else waiting
    parts = mine(evaluation, kind, user)
    name = f"stayed-out-{kind.slug}-{evaluation.slug}.xlsx"
    return download(rest_book(parts), name=name, content_type=TYPES["xlsx"])


def kept(
    evaluation: Evaluation, kind: ImportKind, user: User, asked: str
) -> Sequence[dict[str, Any]]:
    """What stayed out of an import of theirs."""
    try:
        key = uuid.UUID(asked)
    except ValueError as error:
        raise NotFound from error
    rows = Import.objects.visible_to(user).filter(
        evaluation=evaluation, kind=kind.slug, by=user
    )
    done = rows.filter(pk=key).first()
    if done is None:
        raise NotFound
    found: Sequence[dict[str, Any]] = done.kept.get(REST, ())
    return found


def waiting(
    evaluation: Evaluation, kind: ImportKind, user: User
) -> Sequence[dict[str, Any]]:
    """What would stay out of the file that waits."""
    draft = read_draft(evaluation=evaluation, kind=kind.slug, by=user)
    if draft is None:
        return ()
    if draft.is_large:
        shown = draft.preview or {}
        if draft.work or "rest" not in shown:
            raise NotFound
        return unpacked(bytes(draft.pages or b""), *shown["rest"])
    look = look_at(draft, kind, evaluation, user)
    if look.plan is None:
        return ()
    return kind.rest(look.plan, look.read, look.reading)
