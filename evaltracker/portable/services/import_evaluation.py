"""Taking in a whole evaluation from a file, all of it or nothing.

A file is somebody's word. So only an operator takes one in; the sign-offs and entries
in it are told as imported for ever, sign-offs that came with it count for no gate, and
whoever is unknown here comes in as a login that is stopped.
"""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import account_log, journal
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.imported_entries import IMPORTED, digest_of_actors
from evaltracker.evaluations.journal import GENESIS, By, actor_of
from evaltracker.evaluations.models import (
    CommittedRecord,
    Entry,
    Evaluation,
    ImportedHistory,
    JournalHead,
    User,
)
from evaltracker.evaluations.models.base import new_salt
from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.files import AcceptedFile
from evaltracker.kit.registry import Registry
from evaltracker.kit.storage import files_of_rows
from evaltracker.portable.building import Builder, handed_in
from evaltracker.portable.checking import entry_of
from evaltracker.portable.people import free_names
from evaltracker.portable.registry import Part, parts
from evaltracker.portable.services.import_preview import ImportPreview, require_importer

BATCH = 500
FOLDER = "imported_files"
# What a higher floor owes once an evaluation is here, such as reminders.
type Arrival = Callable[[Evaluation], object]
ARRIVALS: Registry[Arrival, Arrival] = Registry("part of an arrival")


def import_evaluation(*, preview: ImportPreview, by: By) -> Evaluation:
    """Take in the evaluation of a file, as `preview_import` says it.

    Raises:
        Forbidden: `by` is no operator.
        Invalid: by JSON pointer, or the rows contradict each other; nothing is kept.
        StorageFull: its files have no room; nothing is kept.

    """
    require_importer(by)
    try:
        with transaction.atomic(), files_of_rows():
            return _take_in(preview, by)
    except DatabaseError as error:
        if database_is_away(error):
            raise
        reason = str(error).splitlines()[0][:200]
        raise Invalid(
            f"Nothing was imported. The rows contradict each other: {reason}",
            code="not_importable",
        ) from error


def _take_in(seen: ImportPreview, by: By) -> Evaluation:
    """Write everything, the lowest floor first, and then what follows from it."""
    document = seen.document
    people = _people(seen, by)
    builder = Builder(document, people, seen.known)
    files = handed_in(document)
    evaluation = builder.evaluation(seen.slug)
    builder.refuse()
    evaluation.save(force_insert=True)
    every: list[tuple[Part, list[models.Model]]] = []
    for part in parts():
        if part.model is not Evaluation:
            every.append((part, builder.rows(part, evaluation)))
    builder.refuse()
    committed = [
        row for _, rows in every for row in rows if isinstance(row, CommittedRecord)
    ]
    for row in committed:
        row.salt = row.salt or new_salt()
    for part, rows in every:
        if part.stored:
            _keep_files(part.stored, rows, files)
        manager: Any = part.model._default_manager
        manager.bulk_create(rows, batch_size=BATCH)
    evaluation.readers.set([people[name] for name in document["evaluation"]["readers"]])
    _journal(seen, evaluation, by, committed)
    for work in ARRIVALS:
        work(evaluation)
    return evaluation


def _people(seen: ImportPreview, by: By) -> dict[str, User]:
    """Everybody by the login name of the file; the unknown get a stopped login."""
    unknown = [pairing for pairing in seen.people if pairing.user is None]
    names = free_names(pairing.told["username"] for pairing in unknown)
    found = {
        pairing.told["username"]: pairing.user
        for pairing in seen.people
        if pairing.user
    }
    for pairing in unknown:
        told = pairing.told
        person = User(
            username=names[told["username"]],
            first_name=told["first_name"],
            last_name=told["last_name"],
            email=told["email"].lower(),
            is_active=False,
            is_staff=True,
        )
        person.set_unusable_password()
        person.save()
        account_log.record(
            action=AccountAction.ADDED,
            person=person,
            by=actor_of(by).user,
            detail="came with an evaluation, stopped",
        )
        found[told["username"]] = person
    return found


def _keep_files(
    stored: tuple[str, str],
    rows: list[models.Model],
    files: dict[str, AcceptedFile],
) -> None:
    """Put the files of some rows where files are kept, one for each."""
    place, digest = stored
    for row in rows:
        file = files.get(getattr(row, digest))
        if file is not None:
            ending = file.stored_as.rpartition(".")[2]
            name = f"{FOLDER}/{row.pk}.{ending}"
            name = default_storage.save(name, ContentFile(file.content))
            setattr(row, place, name)


def _journal(
    seen: ImportPreview,
    evaluation: Evaluation,
    by: By,
    committed: list[CommittedRecord],
) -> None:
    """Keep the journal as it came, and chain on it that it was imported.

    That entry commits to every row anew: people are known by other numbers here.
    """
    told = seen.document["journal"]
    entries = [entry_of(evaluation.pk, value) for value in told]
    actors = [row["actor"] for row in told]
    for entry in entries:
        entry.actor = None
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    head = entries[-1].hash if entries else GENESIS
    JournalHead.objects.create(evaluation=evaluation, count=len(entries), hash=head)
    ImportedHistory.objects.create(
        evaluation=evaluation,
        sha256=seen.sha256,
        imported_by=actor_of(by).user,
        entries=len(entries),
        head=head,
        actors=actors,
    )
    journal.record(
        evaluation=evaluation,
        action=IMPORTED,
        subject=evaluation,
        by=by,
        after={
            "sha256": seen.sha256,
            "entries": len(entries),
            "head": head,
            "actors_sha256": digest_of_actors(actors),
            "slug": evaluation.slug,
            "people": {
                person.told["username"]: person.how
                if person.user is None
                else person.user.username
                for person in seen.people
            },
        },
        rows=committed,
    )
