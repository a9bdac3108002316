"""A file is there whole and for few to read, or it is not there."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from pytest_django import Settings

from evaltracker.errors import StorageFull
from evaltracker.portable.importing import FOLDER as IMPORTED
from evaltracker.portable.registry import parts
from evaltracker.talk.services import FOLDER as ATTACHED
from evaltracker.toolbox.files import FOLDERS, file_storage, files_of_rows, write_whole
from tests.object_store import Place
from tests.small_disks import small_disk
from trials.models import Evidence
from trials.services.runs import FOLDER as OF_RUNS
from vendors.services.drafts import FOLDER as OF_CLAIMS

NAME = "evidence/one.pdf"
BIG = b"x" * 600_000


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder for files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Several masks, under which the process may have been started."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def files_below(folder: Path) -> list[Path]:
    """Every file, hidden ones among them."""
    return [file for file in folder.rglob("*") if file.is_file()]


def test_modes_are_as_documented_from_the_first_byte_whatever_the_umask(
    umask: int, tmp_path: Path
) -> None:
    seen: list[int] = []

    def content() -> Iterator[bytes]:
        for _ in range(2):
            yield b"some"
            seen.extend(file.stat().st_mode & 0o777 for file in files_below(tmp_path))

    write_whole(tmp_path / "report.pdf", content())
    assert seen == [0o640, 0o640]
    assert [file.stat().st_mode & 0o777 for file in files_below(tmp_path)] == [0o640]


def test_what_is_stored_and_its_folders_are_open_to_few(
    umask: int, media: Path
) -> None:
    default_storage.save(NAME, ContentFile(b"proof"))
    assert (media / NAME).stat().st_mode & 0o777 == 0o640
    assert (media / NAME).parent.stat().st_mode & 0o027 == 0o750 & ~umask & 0o027


def test_a_full_disk_is_said_and_leaves_neither_half_a_file_nor_harm(
    settings: Settings, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", size="1m") as disk:
        settings.MEDIA_ROOT = disk.folder
        default_storage.save(NAME, ContentFile(b"proof"))
        disk.fill(leave=100_000)
        with pytest.raises(StorageFull, match="no room left"):
            default_storage.save("evidence/big.pdf", ContentFile(BIG))
        with pytest.raises(OSError, match="No space"):
            write_whole(disk.folder / NAME, [BIG])
        kept = {file.name for file in files_below(disk.folder / "evidence")}
        assert kept == {"one.pdf"}
        assert (disk.folder / NAME).read_bytes() == b"proof"
        disk.empty()
        default_storage.save("evidence/big.pdf", ContentFile(BIG))


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="2 values; each push has the first of them",
    short="[disk]",
)
def test_a_transaction_that_is_rolled_back_leaves_no_file(any_storage: Place) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), files_of_rows():
        with transaction.atomic(), files_of_rows():
            default_storage.save(NAME, ContentFile(b"proof"))
        raise ZeroDivisionError
    assert any_storage.names() == []
    with transaction.atomic(), files_of_rows():
        default_storage.save(NAME, ContentFile(b"proof"))
        with pytest.raises(ZeroDivisionError), transaction.atomic(), files_of_rows():
            default_storage.save("evidence/two.pdf", ContentFile(b"proof"))
            raise ZeroDivisionError
    assert any_storage.names() == [NAME]


def test_a_name_is_given_once_and_no_address_leads_to_it(any_storage: Place) -> None:
    first = default_storage.save(NAME, ContentFile(b"proof"))
    second = default_storage.save(NAME, ContentFile(b"another"))
    assert not file_storage().put(NAME, ContentFile(b"another"))
    assert any_storage.names() == sorted([first, second])
    with default_storage.open(first) as file:
        assert file.read() == b"proof"
    assert default_storage.exists(NAME)
    assert not default_storage.exists(NAME[:-1])
    assert file_storage().digest(second) == hashlib.sha256(b"another").hexdigest()
    with pytest.raises(FileNotFoundError):
        default_storage.open("evidence/nothing.pdf")
    with pytest.raises(NotImplementedError):
        default_storage.url(NAME)


def test_every_table_that_names_files_is_compared_with_the_folders() -> None:
    stored = {part.model: part.stored[0] for part in parts() if part.stored}
    naming = {
        model: field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField) or field.name == "stored_as"
    }
    assert stored == naming
    place = Evidence._meta.get_field("file")
    assert isinstance(place, models.FileField)
    upload_to = str(place.upload_to).strip("/")
    assert {OF_CLAIMS, IMPORTED, ATTACHED, OF_RUNS, upload_to} == set(FOLDERS)
