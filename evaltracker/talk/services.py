"""Saying something about a subject, answering, resolving and withdrawing."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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
from evaltracker.evaluations.models import (
    AttachedFile,
    Comment,
    Evaluation,
    Mention,
    User,
)
from evaltracker.evaluations.policy import lock
from evaltracker.evaluations.topic_types import Subject
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.talk.notices import Mentioned
from evaltracker.talk.rules import (
    check_attach_files,
    check_comment,
    check_read_mention,
    check_remove_file,
    check_reopen_thread,
    check_resolve_thread,
    check_withdraw_comment,
    files_on,
)
from evaltracker.toolbox.files import SIZE_LIMIT, AcceptedFile, files_of_rows, read_file
from evaltracker.toolbox.text import read_text

LONGEST = 2_000
MOST_ON_ONE = 200
MOST_MENTIONED = 20
# “@Ivan” at the beginning of a word, so no mail address.
TYPED = re.compile(r"(?<![\w.])@(\w+(?:[.-]\w+)*)")


@transaction.atomic
def add_comment(
    *,
    subject: Subject,
    text: str,
    by: User,
    mentions: Collection[User] = (),
    parent: Comment | None = None,
) -> Comment:
    """Say something about a subject, or answer; who is mentioned gets a notice, and so
    does whom “@Ivan” in the text names.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation. Refused: the
        decision is frozen, the thread is resolved, or too much was said. Invalid: no
        text, too long, or somebody is mentioned who may not see it.
    """
    evaluation = lock(subject.evaluation)
    seen = subject.topic.find(by, subject.subject_id, subject.part)
    if seen is None:
        raise NotFound
    check_comment(seen, by)
    cleaned = _read(text)
    people = _mentioned(seen, (*mentions, *_named(seen, cleaned, mentions)), by)
    root = _thread(seen, parent)
    place = {"topic": seen.topic.name, "subject_id": seen.subject_id, "part": seen.part}
    if Comment.objects.filter(evaluation=evaluation, **place).count() >= MOST_ON_ONE:
        raise Refused(
            f"There are {MOST_ON_ONE} comments here already, and no more are taken. "
            "Meet, and write down what you agree on."
        )
    comment = Comment.objects.create(
        **place,
        evaluation=evaluation,
        about=seen.name[:200],
        parent=root,
        author=by,
        text=cleaned,
    )
    if root is not None:
        here = Comment.objects.filter(pk=root.pk) | Comment.objects.filter(parent=root)
        Mention.objects.filter(
            comment__in=here.values("pk"), person=by, answered_at__isnull=True
        ).update(answered_at=timezone.now())
    for person in people:
        mention = Mention.objects.create(comment=comment, person=person)
        owe_now(Mentioned.name, comment.evaluation, mention.pk, recipient=person)
    _record(comment, "replied" if root else "added", by)
    return comment


@transaction.atomic
def resolve_thread(*, comment: Comment, by: User) -> Comment:
    """Close a comment with its replies; who was mentioned in it waits no more.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation. Refused: a
        reply, resolved already, or the decision is frozen.
    """
    comment = _locked(comment)
    check_resolve_thread(comment, by)
    comment.resolved_at = timezone.now()
    comment.resolved_by = by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, "resolved", by)
    return comment


@transaction.atomic
def reopen_thread(*, comment: Comment, by: User) -> Comment:
    """Open a resolved thread again.

    Raises:
        NotFound: sealed from them. Forbidden: no part in the evaluation. Refused: it is
        open, or the decision is frozen.
    """
    comment = _locked(comment)
    check_reopen_thread(comment, by)
    comment.resolved_at = comment.resolved_by = None
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, "reopened", by)
    return comment


@transaction.atomic
def withdraw_comment(*, comment: Comment, by: User) -> Comment:
    """Take back what one said: the text goes, that there was one stays.

    Raises:
        NotFound: sealed from them. Forbidden: somebody else's. Refused: withdrawn
        already, or the decision is frozen.
    """
    comment = _locked(comment)
    check_withdraw_comment(comment, by)
    comment.text = ""
    comment.withdrawn_at = timezone.now()
    comment.save(update_fields=["text", "withdrawn_at"])
    _record(comment, "withdrawn", by)
    return comment


@transaction.atomic
def read_mention(*, comment: Comment, by: User) -> Comment:
    """Say that one has read what one was mentioned in; nobody else is told.

    Raises:
        Forbidden: not mentioned in it. Refused: read or answered already.
    """
    comment = _locked(comment)
    check_read_mention(comment, by)
    comment.mentions.filter(person=by).update(answered_at=timezone.now())
    return comment


def _locked(comment: Comment) -> Comment:
    lock(comment.evaluation)
    fresh: Comment = Comment.objects.select_related("evaluation__owner").get(
        pk=comment.pk
    )
    return fresh


def _read(text: str) -> str:
    try:
        written = read_text(text, limit=LONGEST)
    except ValueError as error:
        raise Invalid(str(error), field="text") from error
    if not written:
        raise Invalid("Write your comment first.", field="text")
    return written


def _named(subject: Subject, text: str, mentions: Collection[User]) -> Iterator[User]:
    """Whom “@Ivan”, “@Petrov” or “@ivan.petrov” names, of all who have a part."""
    typed = {name.casefold() for name in TYPED.findall(text)}
    called: dict[str, set[User]] = defaultdict(set)
    for person in subject.evaluation.readers.all() if typed else ():
        for name in (person.first_name, person.last_name, person.username):
            called[name.casefold()].add(person)
    for name in typed & called.keys():
        if len(called[name]) == 1:
            yield from called[name]
        elif not called[name] & {*mentions}:
            sentence = f"Several people are called “{name}”; tick whom you mean."
            raise Invalid(sentence, field="mentions")


def _mentioned(
    subject: Subject, mentions: Collection[User], by: User
) -> Collection[User]:
    """Those who are mentioned, each of whom may read it; never the author."""
    people = {person.pk: person for person in mentions if person.pk != by.pk}
    if len(people) > MOST_MENTIONED:
        raise Invalid(f"Mention at most {MOST_MENTIONED} people.", field="mentions")
    readers = subject.topic.audience(subject.evaluation)
    seen = set(readers.filter(pk__in=people).values_list("pk", flat=True))
    if hidden := [person.name for key, person in people.items() if key not in seen]:
        sentence = f"{hidden[0]} may not see {subject.topic.noun} here."
        raise Invalid(sentence, field="mentions")
    return list(people.values())


def _thread(subject: Subject, parent: Comment | None) -> Comment | None:
    if parent is None:
        return None
    root = Comment.objects.get(pk=parent.parent_id or parent.pk)
    there = (root.topic, root.subject_id, root.part)
    if there != (subject.topic.name, subject.subject_id, subject.part):
        raise NotFound
    if root.resolved_at:
        raise Refused("This thread is resolved. Reopen it to answer.")
    return root


def _record(comment: Comment, what: str, by: User) -> None:
    """That somebody said something where; never what."""
    journal.record(
        evaluation=comment.evaluation,
        action=f"comment.{what}",
        subject=comment,
        by=by,
        after={"about": comment.about},
    )


FOLDER = "attached_files"
MOST_AT_ONCE = 10
FILES_MOST_ON_ONE = 50
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
        NotFound: sealed from them. Forbidden: no part in the evaluation. Refused: it
        has ended, or there is no room for more. Invalid: none, too many at once, or one
        of a type or size that is not taken. StorageFull: the disk is full.
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
    rows = [store_file(seen, file, by) for file in new]
    for row in rows:
        record_in_journal(row, "attached", by)
    return rows


def accepted(files: Collection[UploadedFile[bytes]]) -> list[AcceptedFile]:
    if not files:
        raise Invalid("Choose a file first.", field="files")
    if len(files) > MOST_AT_ONCE:
        raise Invalid(f"Attach at most {MOST_AT_ONCE} files at once.", field="files")
    if len(files) > 1 and sum(file.size or 0 for file in files) > SIZE_LIMIT:
        size = SIZE_LIMIT // 2**20
        raise Invalid(
            f"Together they are over {size} MB. Attach them one by one.", field="files"
        )
    contents = []
    for file in files:
        try:
            contents.append(read_file(file.open(), file.name or "", field="files"))
        except Invalid as problem:
            sentence = f"“{(file.name or '')[:150]}”: {problem.sentence}"
            problem.sentence = sentence
            problem.errors = {"files": [sentence]}
            raise
    return contents


def require_room(
    evaluation: Evaluation, there: int, new: Collection[AcceptedFile]
) -> None:
    """Refuse what goes over the limits; the evaluation's lock makes them exact."""
    if there + len(new) > FILES_MOST_ON_ONE:
        raise Refused(
            f"There may be {FILES_MOST_ON_ONE} files here, and no more are kept."
        )
    attached = AttachedFile.objects.kept().filter(evaluation=evaluation)
    taken = attached.aggregate(total=Sum("size"))["total"] or 0
    if taken + sum(file.size for file in new) > MOST_BYTES:
        size = MOST_BYTES // 2**20
        raise Refused(f"All files of this evaluation together may have {size} MB.")


def store_file(subject: Subject, file: AcceptedFile, by: User) -> AttachedFile:
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
        Forbidden: neither the owner nor who attached it. Refused: removed already, or
        the evaluation has ended.
    """
    evaluation = lock(file.evaluation)
    file = AttachedFile.objects.get(pk=file.pk)
    file.evaluation = evaluation
    check_remove_file(file, by)
    erase_file(file, by, by)
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
        erase_file(file, by, user or evaluation.owner)


def erase_file(file: AttachedFile, by: By, user: User) -> None:
    """Empty the row, write the entry, and delete the file once both stand."""
    before = journal.snapshot(file, TOLD)
    place = file.stored_as
    file.sha256 = file.stored_as = ""
    file.removed_at = timezone.now()
    file.removed_by = user
    file.save(update_fields=["sha256", "stored_as", "removed_at", "removed_by"])
    record_in_journal(file, "removed", by, before)
    # Where the storage is away by then, the chore for leftovers takes it.
    transaction.on_commit(partial(default_storage.delete, place), robust=True)


def record_in_journal(
    file: AttachedFile, what: str, by: By, before: dict[str, object] | None = None
) -> None:
    journal.record(
        evaluation=file.evaluation,
        action=f"file.{what}",
        subject=file,
        by=by,
        before=before,
        after=None if before else journal.snapshot(file, TOLD),
    )
