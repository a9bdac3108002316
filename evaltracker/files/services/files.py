"""Attaching files to a subject, and removing them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.policy import lock
from evaltracker.evaluations.topics import Subject
from evaltracker.files.policy import check_attach_files, check_remove_file
from evaltracker.files.selectors import files_on
from evaltracker.toolbox.files import SIZE_LIMIT, AcceptedFile, files_of_rows, read_file

FOLDER = "attached_files"
MOST_AT_ONCE, MOST_ON_ONE = 10, 50
# All of an evaluation together have to fit into its export.
MOST_BYTES = 100 * 1024 * 1024
TOLD = ("about", "name", "content_type", "size", "sha256")


@transaction.atomic
@files_of_rows()
def attach_files(
    *, subject: Subject, files: Collection[UploadedFile[bytes]], by: User
) -> list[AttachedFile]:
    """Attach files to a subject, all of them or none.

    What is there already, by its content, is not kept twice.

    Returns:
        Those that are new.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation.
        Refused: it has ended, or there is no room for more.
        Invalid: none, too many at once, or one of a type or size that is not taken.
        StorageFull: the disk is full.

    """
    evaluation = lock(subject.evaluation)
    seen = subject.topic.find(by, subject.subject_id, subject.part)
    if seen is None:
        raise NotFound
    check_attach_files(seen, by)
    there = set(files_on(seen).values_list("sha256", flat=True))
    fresh = {file.sha256: file for file in accepted(files)}
    new = [file for key, file in fresh.items() if key not in there]
    require_room(evaluation, len(there), new)
    rows = [keep(seen, file, by) for file in new]
    for row in rows:
        record(row, "attached", by)
    return rows


def accepted(files: Collection[UploadedFile[bytes]]) -> list[AcceptedFile]:
    """Each file as it may be kept; refused with the name of the one that may not."""
    if not files:
        raise refused("Choose a file first.")
    if len(files) > MOST_AT_ONCE:
        raise refused(f"Attach at most {MOST_AT_ONCE} files at once.")
    if len(files) > 1 and sum(file.size or 0 for file in files) > SIZE_LIMIT:
        size = SIZE_LIMIT // 2**20
        raise refused(f"Together they are over {size} MB. Attach them one by one.")
    found = []
    for file in files:
        try:
            found.append(read_file(file.open(), file.name or "", field="files"))
        except Invalid as problem:
            said = f"“{(file.name or '')[:150]}”: {problem.sentence}"
            problem.sentence, problem.errors = said, {"files": [said]}
            raise
    return found


def refused(sentence: str) -> Invalid:
    """A no beside the field."""
    return Invalid(sentence, errors={"files": [sentence]})


def require_room(
    evaluation: Evaluation, there: int, new: Collection[AcceptedFile]
) -> None:
    """Refuse what goes over the limits; the evaluation's lock makes them exact."""
    if there + len(new) > MOST_ON_ONE:
        raise Refused(f"There may be {MOST_ON_ONE} files here, and no more are kept.")
    kept = AttachedFile.objects.kept().filter(evaluation=evaluation)
    taken = kept.aggregate(total=Sum("size"))["total"] or 0
    if taken + sum(file.size for file in new) > MOST_BYTES:
        size = MOST_BYTES // 2**20
        raise Refused(f"All files of this evaluation together may have {size} MB.")


def keep(subject: Subject, file: AcceptedFile, by: User) -> AttachedFile:
    """Store one under a name that tells nothing."""
    place = default_storage.save(
        f"{FOLDER}/{file.stored_as}", ContentFile(file.content)
    )
    row: AttachedFile = AttachedFile.objects.create(
        evaluation=subject.evaluation,
        topic=subject.topic.name,
        subject_id=subject.subject_id,
        about=subject.name[:200],
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        stored_as=place,
        uploaded_by=by,
    )
    return row


@transaction.atomic
def remove_file(*, file: AttachedFile, by: User) -> AttachedFile:
    """Take a file away for good; the journal keeps its name and digest.

    Raises:
        Forbidden: neither the owner nor who attached it.
        Refused: removed already, or the evaluation has ended.

    """
    evaluation = lock(file.evaluation)
    file = AttachedFile.objects.get(pk=file.pk)
    file.evaluation = evaluation
    check_remove_file(file, by)
    take_away(file, by, by)
    return file


def remove_files_of(
    *, topic: str, subjects: Iterable[uuid.UUID], evaluation: Evaluation, by: By
) -> None:
    """Take away what is attached to subjects that are being removed themselves.

    Whoever removes the subject has locked the evaluation and asked the rule.
    """
    rows = AttachedFile.objects.kept().filter(
        evaluation=evaluation, topic=topic, subject_id__in=list(subjects)
    )
    for file in rows.select_related("evaluation__owner"):
        user = journal.actor_of(by).user
        take_away(file, by, user or evaluation.owner)


def take_away(file: AttachedFile, by: By, user: User) -> None:
    """Empty the row, write the entry, and delete the file once both stand."""
    before = journal.snapshot(file, TOLD)
    place = file.stored_as
    file.sha256 = file.stored_as = ""
    file.removed_at, file.removed_by = timezone.now(), user
    file.save(
        update_fields=["sha256", "stored_as", "removed_at", "removed_by"],
    )
    record(file, "removed", by, before)
    transaction.on_commit(partial(default_storage.delete, place))


def record(
    file: AttachedFile, what: str, by: By, before: dict[str, object] | None = None
) -> None:
    """One entry for each file; sealed as the file is."""
    journal.record(
        evaluation=file.evaluation,
        action=f"file.{what}",
        subject=file,
        by=by,
        before=before,
        after=None if before else journal.snapshot(file, TOLD),
        rows=[file],
    )
