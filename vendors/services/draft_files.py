"""Files that wait with the draft of an answer until it is handed in."""

import io
import uuid
from typing import IO

from django.db import transaction

from evaltracker.errors import NotFound
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import database_now
from evaltracker.kit.files import read_file
from vendors.models import AnswerDraft, Candidate, DraftFile
from vendors.selectors import own_claim
from vendors.services.candidates import lock_candidate
from vendors.services.files import attach_file, require_room
from vendors.typed_answers import EMPTY


@transaction.atomic
def attach_to_answer(
    *,
    candidate: Candidate,
    requirement: Requirement,
    file: IO[bytes],
    name: str,
    by: Actor,
) -> None:
    """Keep a file with the draft of an answer; where nothing is drafted, with the
    answer that stands.

    The same types, sizes and numbers are taken as over REST.

    Raises:
        Invalid: no file that is taken. Refused: there is no room, or no draft and
        claims are not open.

    """
    candidate = lock_candidate(candidate)
    rows = AnswerDraft.objects.filter(candidate=candidate, requirement=requirement)
    if not rows.exists() and own_claim(candidate, requirement) is not None:
        attach_file(
            candidate=candidate, requirement=requirement, file=file, name=name, by=by
        )
        return
    accepted = read_file(file, name)
    require_room(candidate, accepted.size)
    now = database_now()
    draft, _ = AnswerDraft.objects.get_or_create(
        candidate=candidate,
        requirement=requirement,
        defaults={"typed": dict(EMPTY), "saved_at": now},
    )
    if draft.files.filter(sha256=accepted.sha256).exists():
        return
    DraftFile.objects.create(
        draft=draft,
        name=accepted.name,
        content_type=accepted.content_type,
        size=accepted.size,
        sha256=accepted.sha256,
        content=accepted.content,
        uploaded_at=now,
    )


@transaction.atomic
def remove_draft_file(
    *, candidate: Candidate, requirement: Requirement, key: uuid.UUID
) -> None:
    """Take a file from a draft; a draft that held nothing else goes, too.

    Raises:
        NotFound: there is no such file.

    """
    draft = AnswerDraft.objects.filter(
        candidate=candidate, requirement=requirement
    ).first()
    found = draft.files.filter(pk=key) if draft else DraftFile.objects.none()
    if draft is None or not found.delete()[0]:
        raise NotFound
    if draft.typed == EMPTY and not draft.files.exists():
        draft.delete()


def hand_in_files(candidate: Candidate, by: Actor) -> None:
    """Make the files of drafts those of the answers that were made of the drafts."""
    waiting = DraftFile.objects.filter(draft__candidate=candidate)
    for key in list(waiting.order_by("uploaded_at").values_list("pk", flat=True)):
        # One at a time: all of them may be 200 MB.
        file = waiting.select_related("draft__requirement").get(pk=key)
        content, requirement = bytes(file.content), file.draft.requirement
        file.delete()
        if requirement.retired_at is None:
            attach_file(
                candidate=candidate,
                requirement=requirement,
                file=io.BytesIO(content),
                name=file.name,
                by=by,
            )
