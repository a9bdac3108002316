"""The files that rows name, and whether they are still what was handed in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from trials.models import Evidence
from vendors.models import ClaimFile

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of an evaluation: where it lies, and the digest of what it has to hold."""

    evaluation: str
    name: str
    stored_as: str
    sha256: str

    @property
    def fault(self) -> str:
        """What is wrong with it; blank if it is what was handed in."""
        try:
            with default_storage.open(self.stored_as, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return "" if found == self.sha256 else "is not the file that was handed in"


def kept_files(slug: str = "") -> Iterator[KeptFile]:
    """Every file that a claim or a verdict names, of one evaluation or of all."""
    claims = ClaimFile.objects.order_by("claim__candidate__evaluation__slug", "pk")
    verdicts = Evidence.objects.exclude(file="").order_by(
        "claim__candidate__evaluation__slug", "pk"
    )
    for rows, names in (
        (claims, ("name", "stored_as", "sha256")),
        (verdicts, ("file_name", "file", "file_sha256")),
    ):
        chosen = rows.filter(claim__candidate__evaluation__slug=slug) if slug else rows
        found = chosen.values_list("claim__candidate__evaluation__slug", *names)
        for row in found.iterator(chunk_size=AT_ONCE):
            yield KeptFile(*row)
