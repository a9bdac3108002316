"""Files that rows name and files in the storage, compared with each other."""

import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Entry
from evaltracker.portable.registry import parts
from evaltracker.toolbox.files import HALF, file_storage

# Longer than any transaction: until then a row that names the file may still come.
GRACE = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptFile:
    evaluation: str
    name: str
    stored_as: str
    # On which its row and the journal agree; blank, and no file's, if they do not.
    sha256: str

    @property
    def altered(self) -> str:
        try:
            digest = file_storage().digest(self.stored_as)
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        if digest == self.sha256:
            return ""
        return "is not the file that was handed in"

    @property
    def fault(self) -> str:
        if altered := self.altered:
            return altered
        openness = file_storage().openness(self.stored_as)
        return openness and f"may be read or changed by too many: {openness}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that no row names: half of one, or of a transaction that did not end."""

    stored_as: str
    is_half: bool
    age: datetime.timedelta


def kept_files(slug: str = "") -> Iterator[KeptFile]:
    for part in parts():
        if part.stored is None:
            continue
        place, digest = part.stored
        path = f"{part.model.evaluation_path}__slug"  # type: ignore[attr-defined]
        manager: Any = part.model._default_manager
        rows = manager.exclude(**{place: ""}).order_by(path, "pk")
        if slug:
            chosen = rows.filter(**{path: slug})
        else:
            chosen = rows
        entries = Entry.objects.filter(subject_type=part.model._meta.model_name)
        if slug:
            of_one = entries.filter(evaluation__slug=slug)
        else:
            of_one = entries
        pairs = of_one.values_list("subject_id", f"after__{digest}")
        journaled = {key: value for key, value in pairs if value}
        field_names = {field.name for field in part.fields}
        if "file_name" in field_names:
            name = "file_name"
        else:
            name = "name"
        columns = ("pk", path, name, place, digest)
        # No cursor: it would not outlive a transaction behind a pooler.
        for pk, evaluation_slug, called, lies, sha256 in chosen.values_list(*columns):
            if journaled.get(str(pk), sha256) == sha256:
                agreed = sha256
            else:
                agreed = ""
            yield KeptFile(evaluation_slug, called, lies, agreed)


def leftovers() -> list[Leftover]:
    """The files that no row of any evaluation names, whatever their age. The folders
    are read before the rows, so a file whose row came meanwhile is none."""
    lying = dict(file_storage().stored_files())
    for file in kept_files():
        lying.pop(file.stored_as, None)
    now = time.time()
    return [
        Leftover(name, name.endswith(HALF), datetime.timedelta(seconds=now - changed))
        for name, changed in sorted(lying.items())
    ]
