"""Exporting a whole evaluation, or what one person may see of it."""

import hashlib
from collections.abc import Callable

from django.db import transaction

from evaltracker.errors import Forbidden
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner, lock
from evaltracker.ocds import as_ocds
from evaltracker.portable.registry import Document
from evaltracker.portable.writing import as_bytes, document_of
from stakeholders.policy import is_leadership
from vendors.policy import check_read_answers

FORMS: dict[str, Callable[[Document], bytes]] = {"json": as_bytes, "ocds": as_ocds}


def may_export(user: User, evaluation: Evaluation) -> bool:
    return is_owner(user, evaluation) or is_leadership(user, evaluation)


@transaction.atomic
def export_whole(*, evaluation: Evaluation, form: str = "json") -> bytes:
    """All of it, sealed or not; for whoever operates the server.

    `form` is json or ocds. The row is locked meanwhile, so that no half of a change
    gets in.

    Raises:
        Refused: a file that was handed in is missing, or all are too much.
    """
    return FORMS[form](document_of(lock(evaluation)))


def check_export(evaluation: Evaluation, by: User) -> None:
    if not may_export(by, evaluation):
        raise Forbidden("Only the owner and leadership can export an evaluation.")
    check_read_answers(evaluation, by)


@transaction.atomic
def export_as_seen(*, evaluation: Evaluation, by: User, form: str = "json") -> bytes:
    """What `by` may see of it, as a file that names what is left out.

    Raises:
        Forbidden: neither the owner nor leadership, or a conflict of interest. Refused:
        `by` has not declared their conflicts of interest.
    """
    evaluation = lock(evaluation)
    check_export(evaluation, by)
    document = document_of(evaluation, by)
    content = FORMS[form](document)
    after = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": form,
        "complete": document["complete"],
    }
    journal.record(evaluation, "evaluation.exported", evaluation, by, after=after)
    return content
