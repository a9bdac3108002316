"""What an import of a file would do: who is whom, how much there is, under which name.

Nothing is written here.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from evaltracker.accounts.services.people import require_operator
from evaltracker.errors import Refused
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.slugs import free_slug
from evaltracker.portable.checking import check_document
from evaltracker.portable.people import Match, match_people
from evaltracker.portable.reading import read_document
from evaltracker.portable.registry import Document, parts
from evaltracker.portable.writing import LARGEST


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import of this file would do."""

    document: Document
    sha256: str
    slug: str
    people: list[Match]
    known: dict[Any, dict[str, Any]]

    @property
    def told(self) -> dict[str, Any]:
        """The evaluation's own row."""
        found: dict[str, Any] = self.document["evaluation"]
        return found

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each table there are, where there are any."""
        names = [part.name for part in parts() if part.model is not Evaluation]
        every = {name: len(self.document[name]) for name in names}
        every["journal entries"] = len(self.document["journal"])
        every["files"] = len(self.document["files"])
        return {name.replace("_", " "): count for name, count in every.items() if count}

    @property
    def owner(self) -> Match:
        """Who will run it."""
        name = self.told["owner"]
        return next(person for person in self.people if person.told["username"] == name)

    @property
    def readers(self) -> set[str]:
        """Login names, as in the file, of all who will see it."""
        return {*self.told["readers"], self.told["owner"]}

    @property
    def companies(self) -> list[str]:
        """Companies of the file that are known here already."""
        return sorted(str(row) for rows in self.known.values() for row in rows.values())


def preview_import(
    *, content: bytes, by: By, slug: str = "", limit: int = LARGEST
) -> ImportPreview:
    """Read a file, and say what taking it in would do; nothing is written.

    Raises:
        Forbidden: `by` is no operator.
        Invalid: with the sentences by JSON pointer.
        Refused: this evaluation is here already, or the slug is taken.

    """
    require_importer(by)
    document = read_document(content, limit)
    check_document(document)
    told = document["evaluation"]
    here = Evaluation.objects.filter(pk=told["id"]).first()
    if here is not None:
        raise Refused(
            f"This evaluation is here already, as “{here.slug}”. To go on from it in "
            "another one, start the next one from it."
        )
    wanted = slug or told["slug"]
    taken = Evaluation.objects.filter(slug=wanted).exists()
    if slug and taken:
        raise Refused(f"“{slug}” is the name of another evaluation; choose one.")
    return ImportPreview(
        document=document,
        sha256=hashlib.sha256(content).hexdigest(),
        slug=free_slug(told["title"]) if taken else wanted,
        people=match_people(document["people"]),
        known={
            part.model: part.known(document[part.name])
            for part in parts()
            if part.known
        },
    )


def require_importer(by: By) -> None:
    """An operator, or the command line."""
    user = actor_of(by).user
    if by != SYSTEM and (user is None or not user.is_superuser):
        require_operator(user or User())
