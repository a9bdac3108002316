"""Taking in a whole evaluation from a file, all of it or nothing.

A file is somebody's word. So only an operator takes one in; the sign-offs and entries
in it are told as imported for ever, sign-offs that came with it count for no gate, and
whoever is unknown here comes in as a login that is stopped.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction
from django.dispatch import Signal
from django.utils import timezone

from evaltracker.accounts.services import require_operator
from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import account_log, journal
from evaltracker.evaluations.account_log import IMPORTED, digest_of_actors
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.commitments import committed_models
from evaltracker.evaluations.journal import GENESIS, SYSTEM, By, actor_of
from evaltracker.evaluations.models import (
    AccountEntry,
    AttachedFile,
    BriefField,
    CachedValue,
    Category,
    ChoreDone,
    ColumnMemory,
    Comment,
    Demand,
    Entry,
    Evaluation,
    EvaluationTemplate,
    GridView,
    Import,
    ImportDraft,
    ImportedHistory,
    JournalHead,
    Mention,
    Metric,
    Notice,
    PersonalToken,
    Requirement,
    Scope,
    ScopeValue,
    SealedRecord,
    User,
    Visit,
    Webhook,
    new_salt,
)
from evaltracker.evaluations.policy import free_slug
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.portable import reading
from evaltracker.portable.registry import (
    Document,
    PortableTable,
    leave_out,
    parts,
    read,
    register_part,
)
from evaltracker.portable.writing import LARGEST, reference
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.files import AcceptedFile, files_of_rows
from evaltracker.toolbox.text import pointer_to

# Rows of our tables from a document; nothing is written here.

# Clocks differ a little; what happened cannot have happened tomorrow.
SKEW = datetime.timedelta(minutes=5)


class Builder:
    """Makes the rows of one document, and gathers what is wrong with them.

    `people` are the logins by the names of the file, `known` the rows that are here
    already, by table and key.
    """

    def __init__(
        self,
        document: Document,
        people: dict[str, User],
        known: dict[Any, dict[str, models.Model]],
    ) -> None:
        self.document = document
        self.people = people
        self.known = known
        self.wrong: list[reading.Wrong] = []
        self.latest = timezone.now() + SKEW
        self.keys: dict[Any, dict[str, Any]] = {
            part.model: self.keys_of(part) for part in parts()
        }

    def keys_of(self, part: PortableTable) -> dict[str, Any]:
        if part.model is Evaluation:
            return {}
        here = self.known.get(part.model, {})
        keys: dict[str, Any] = {}
        for at, row in enumerate(self.document[part.name]):
            key = row[part.key]
            if key in keys:
                self.wrong.append(
                    (pointer_to([part.name, at, part.key]), "It stands twice.")
                )
            keys[key] = here[key].pk if key in here else key
        return keys

    def evaluation(self, slug: str) -> Evaluation:
        part = next(part for part in parts() if part.model is Evaluation)
        fields = {**self.document[part.name], "slug": slug}
        return self.row(part, fields, [part.name])  # type: ignore[return-value]

    def rows(self, part: PortableTable, evaluation: Evaluation) -> list[models.Model]:
        here = self.known.get(part.model, {})
        made = []
        for at, values in enumerate(self.document[part.name]):
            if values[part.key] in here:
                continue
            row = self.row(part, values, [part.name, at], evaluation)
            if part.key != "id":
                self.keys[part.model][values[part.key]] = row.pk
            made.append(row)
        return made

    def row(
        self,
        part: PortableTable,
        written: dict[str, Any],
        path: list[Any],
        evaluation: Evaluation | None = None,
    ) -> models.Model:
        values: dict[str, Any] = {}
        references = set()
        for field in part.fields:
            if field.related_model is Evaluation:
                values[field.attname] = evaluation.pk if evaluation else None
                references.add(field.name)
            elif field.name in written:
                place = [*path, field.name]
                if isinstance(field, models.ForeignKey):
                    references.add(field.name)
                values[field.attname] = self.value(field, written[field.name], place)
        row = part.model(**values)
        unsaid = {*part.without, *(part.stored or ())[:1]}
        for name, sentence in misfits(row, references | unsaid):
            self.wrong.append((pointer_to([*path, name]), sentence))
        return row

    def value(
        self, field: models.Field[Any, Any], written: Any, path: list[Any]
    ) -> Any:
        if isinstance(field, models.ForeignKey):
            if written is None:
                return None
            target = field.related_model
            if target is User:
                named = self.people
            else:
                named = self.keys[target]
            if written in named:
                row = named[written]
                if isinstance(row, User):
                    return row.pk
                return row
            what = reference(target)["description"].rstrip(".").lower()
            sentence = f"“{written[:60]}” is not {what} of this file."
            self.wrong.append((pointer_to(path), sentence))
            return None
        try:
            value = read(field, written)
        except ValueError as error:
            self.wrong.append((pointer_to(path), str(error)))
            return field.get_default()
        past = isinstance(value, datetime.datetime) and field.name not in COMING
        if past and value > self.latest:
            self.wrong.append((pointer_to(path), "It has not come yet."))
        return value

    def refuse(self) -> None:
        if self.wrong:
            raise reading.invalid(self.wrong[: reading.MOST_SENTENCES])


# Moments that may well lie ahead; all others tell of what happened.
COMING = frozenset(
    {"claims_close_at", "due_at", "notes_until", "reply_until", "scheduled_for"}
)


def misfits(row: models.Model, leave: set[str]) -> Iterator[reading.Wrong]:
    try:
        row.clean_fields(exclude=leave)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            yield name, sentences[0]


def handed_in(document: Document) -> dict[str, AcceptedFile]:
    """The files of a document, each looked at as if somebody handed it in now.

    Raises:
        Invalid: one is missing, altered, or of a type that is not taken.
    """
    files = {}
    for part in parts():
        if part.stored is None:
            continue
        names = [name for name in ("name", "file_name") if has(part, name)]
        for at, row in enumerate(document[part.name]):
            sha256 = row.get(part.stored[1], "")
            if sha256 and sha256 not in files:
                place = pointer_to([part.name, at, part.stored[1]])
                files[sha256] = accepted(document, part, sha256, row[names[0]], place)
    if spare := document["files"].keys() - files.keys():
        raise reading.invalid(
            [(pointer_to(["files", min(spare)]), "Nothing names this file.")]
        )
    return files


def accepted(
    document: Document, part: PortableTable, sha256: str, name: str, place: str
) -> AcceptedFile:
    try:
        content = base64.b64decode(document["files"][sha256], validate=True)
    except KeyError:
        raise reading.invalid([(place, "Its file is not in “files”.")]) from None
    except binascii.Error:
        raise reading.invalid([(f"/files/{sha256}", "It is not base64.")]) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise reading.invalid([(f"/files/{sha256}", "Its SHA-256 is another.")])
    try:
        return part.takes(io.BytesIO(content), name)
    except Invalid as error:
        raise reading.invalid([(f"/files/{sha256}", error.sentence)]) from error


def has(part: PortableTable, name: str) -> bool:
    return any(field.name == name for field in part.fields)


def hides_a_topic(user: User, evaluation: Evaluation) -> bool:
    """Whether things are sealed from `user` of which somebody may have spoken,
    or to which somebody may have attached a file."""
    reader = User.objects.filter(pk=user.pk)
    return any(
        not topic.people(evaluation, reader).exists() for topic in TOPICS.values()
    )


for part in (
    PortableTable(name="evaluation", model=Evaluation),
    PortableTable(name="metrics", model=Metric, order=("name",)),
    PortableTable(name="categories", model=Category, order=("position", "name")),
    PortableTable(name="requirements", model=Requirement, order=("position", "ref")),
    PortableTable(
        name="scopes", model=Scope, order=("position", "name"), optional=True
    ),
    PortableTable(
        name="scope_values",
        model=ScopeValue,
        order=("scope", "position"),
        optional=True,
    ),
    PortableTable(
        name="brief_fields",
        model=BriefField,
        order=("position", "label"),
        optional=True,
    ),
    PortableTable(
        name="demands", model=Demand, order=("requirement", "scope"), optional=True
    ),
    PortableTable(name="visits", model=Visit, order=("number",)),
    PortableTable(
        name="comments",
        model=Comment,
        order=("written_at",),
        optional=True,
        sealed=hides_a_topic,
    ),
    PortableTable(
        name="attached_files",
        model=AttachedFile,
        order=("uploaded_at", "name"),
        optional=True,
        stored=("stored_as", "sha256"),
        sealed=hides_a_topic,
    ),
    PortableTable(
        name="mentions",
        model=Mention,
        order=("comment", "person"),
        optional=True,
        sealed=hides_a_topic,
    ),
):
    register_part(part)

leave_out(User, "People travel by name and address alone, in “people”.")
leave_out(Entry, "It travels, as “journal”, with what its hashes cover.")
leave_out(JournalHead, "It says again what the last entry says.")
leave_out(ImportedHistory, "It is about this installation; the journal tells of it.")
leave_out(Notice, "What is owed to somebody is owed by this installation.")
leave_out(PersonalToken, "It opens this installation.")
leave_out(Webhook, "Anybody who knows its address can post there.")
leave_out(ChoreDone, "It is about this installation.")
leave_out(CachedValue, "It is forgotten after a while.")
leave_out(AccountEntry, "It is about logins of this installation.")
leave_out(Import, "It undoes what came in here; the journal tells of it.")
leave_out(ImportDraft, "Nobody has agreed to it.")
leave_out(ColumnMemory, "It is about spreadsheets that were read here.")
leave_out(GridView, "It is how a table is arranged here.")
leave_out(EvaluationTemplate, "It belongs to no evaluation.")


# What an import of a file would do: who is whom, how much there is, under which name.
#
# Nothing is written here.


@dataclass(frozen=True, slots=True)
class ImportPreview:
    document: Document
    sha256: str
    slug: str
    people: list[reading.Match]
    known: dict[Any, dict[str, Any]]

    @property
    def told(self) -> dict[str, Any]:
        evaluation: dict[str, Any] = self.document["evaluation"]
        return evaluation

    @property
    def counts(self) -> dict[str, int]:
        names = [part.name for part in parts() if part.model is not Evaluation]
        every = {name: len(self.document[name]) for name in names}
        every["journal entries"] = len(self.document["journal"])
        every["files"] = len(self.document["files"])
        return {name.replace("_", " "): count for name, count in every.items() if count}

    @property
    def owner(self) -> reading.Match:
        name = self.told["owner"]
        return next(person for person in self.people if person.told["username"] == name)

    @property
    def readers(self) -> set[str]:
        return {*self.told["readers"], self.told["owner"]}

    @property
    def companies(self) -> list[str]:
        return sorted(str(row) for rows in self.known.values() for row in rows.values())


def preview_import(
    *, content: bytes, by: By, slug: str = "", limit: int = LARGEST
) -> ImportPreview:
    """Read a file, and say what taking it in would do; nothing is written.

    Raises:
        Forbidden: `by` is no operator. Invalid: with the sentences by JSON pointer.
        Refused: this evaluation is here already, or the slug is taken.
    """
    require_importer(by)
    document = reading.read_document(content, limit)
    reading.check_document(document)
    evaluation = document["evaluation"]
    here = Evaluation.objects.filter(pk=evaluation["id"]).first()
    if here is not None:
        raise Refused(
            f"This evaluation is here already, as “{here.slug}”. To go on from it in "
            "another one, start the next one from it."
        )
    wanted = slug or evaluation["slug"]
    taken = Evaluation.objects.filter(slug=wanted).exists()
    if slug and taken:
        raise Refused(f"“{slug}” is the name of another evaluation; choose one.")
    return ImportPreview(
        document=document,
        sha256=hashlib.sha256(content).hexdigest(),
        slug=free_slug(evaluation["title"]) if taken else wanted,
        people=reading.match_people(document["people"]),
        known={
            part.model: part.known(document[part.name])
            for part in parts()
            if part.known
        },
    )


def require_importer(by: By) -> None:
    user = actor_of(by).user
    if by != SYSTEM and (user is None or not user.is_superuser):
        require_operator(user or User())


BATCH = 500
FOLDER = "imported_files"
# Sent with `evaluation` once it is here, in the transaction that took it in: a higher
# floor owes what it calls for, such as reminders.
evaluation_imported = Signal()


def import_evaluation(*, preview: ImportPreview, by: By) -> Evaluation:
    """Take in the evaluation of a file, as `preview_import` says it.

    Raises:
        Forbidden: `by` is no operator. Invalid: by JSON pointer, or the rows contradict
        each other; nothing is kept. StorageFull: its files have no room; nothing is
        kept.
    """
    require_importer(by)
    try:
        with transaction.atomic(), files_of_rows():
            return _import_document(preview, by)
    except DatabaseError as error:
        if database_is_away(error):
            raise
        reason = str(error).splitlines()[0][:200]
        raise Invalid(
            f"Nothing was imported. The rows contradict each other: {reason}",
            code="not_importable",
        ) from error


def _import_document(seen: ImportPreview, by: By) -> Evaluation:
    document = seen.document
    people = _people(seen, by)
    builder = Builder(document, people, seen.known)
    files = handed_in(document)
    evaluation = builder.evaluation(seen.slug)
    builder.refuse()
    evaluation.save(force_insert=True)
    every = [
        (part, builder.rows(part, evaluation))
        for part in parts()
        if part.model is not Evaluation
    ]
    builder.refuse()
    for part, rows in every:
        for row in rows:
            if isinstance(row, SealedRecord):
                row.salt = row.salt or new_salt()
        if part.stored:
            _store_files(part.stored, rows, files)
        manager: Any = part.model._default_manager
        manager.bulk_create(rows, batch_size=BATCH)
    evaluation.readers.set([people[name] for name in document["evaluation"]["readers"]])
    for model in committed_models():
        model.complete(evaluation)
    _journal(seen, evaluation, by)
    evaluation_imported.send(Evaluation, evaluation=evaluation)
    return evaluation


def _people(seen: ImportPreview, by: By) -> dict[str, User]:
    """Everybody by the login name of the file; the unknown get a stopped login."""
    unknown = [pairing for pairing in seen.people if pairing.user is None]
    names = reading.free_names(pairing.told["username"] for pairing in unknown)
    people = {
        pairing.told["username"]: pairing.user
        for pairing in seen.people
        if pairing.user
    }
    for pairing in unknown:
        person_row = pairing.told
        person = User(
            username=names[person_row["username"]],
            first_name=person_row["first_name"],
            last_name=person_row["last_name"],
            email=person_row["email"].lower(),
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
        people[person_row["username"]] = person
    return people


def _store_files(
    stored: tuple[str, str], rows: list[models.Model], files: dict[str, AcceptedFile]
) -> None:
    place, digest = stored
    for row in rows:
        file = files.get(getattr(row, digest))
        if file is not None:
            ending = file.stored_as.rpartition(".")[2]
            name = f"{FOLDER}/{row.pk}.{ending}"
            name = default_storage.save(name, ContentFile(file.content))
            setattr(row, place, name)


def _journal(seen: ImportPreview, evaluation: Evaluation, by: By) -> None:
    """Keep the journal as it came, and chain on it that it was imported.

    That entry commits to every row anew: people are known by other numbers here.
    """
    written = seen.document["journal"]
    entries = [reading.entry_of(evaluation.pk, value) for value in written]
    actors = [row["actor"] for row in written]
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
    after = {
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
    }
    journal.record(evaluation, IMPORTED, evaluation, by, after=after)
