"""Copies that leave the machine are encrypted, and come back by their key alone."""

from pathlib import Path

import pytest

from tests.faults.restoring import Backups, tree
from tests.faults.test_restore_refusals import NAME, STREAM, assert_refused, backups
from tests.object_store import ObjectStore
from tests.programs import needs_program

__all__ = ["backups"]
pytestmark = needs_program("restic")
SECRET = b"8484848 EUR"


OF_THE_NIGHT = pytest.mark.nightly(
    reason="Each command of restic derives its key anew; one form is in each push.",
    short="::test_a_copy_is_encrypted_and_only_its_key_brings_it_back",
)


def test_a_copy_is_encrypted_and_only_its_key_brings_it_back(
    backups: Backups, tmp_path: Path
) -> None:
    backups.status.mkdir()
    (backups.home / ".lock").touch()
    segment = backups.home / "streams" / STREAM / f"{1:024}.partial"
    segment.write_bytes(SECRET * 1000)
    assert backups.offsite("copy").returncode == 0
    stored = [path for path in (tmp_path / "away").rglob("*") if path.is_file()]
    assert stored
    assert not any(SECRET in path.read_bytes() for path in stored)
    back = tmp_path / "back"
    done = backups.offsite("fetch", "latest", home=back, key="another")
    assert_refused(done, "RESTIC_PASSWORD is not the key")
    done = backups.offsite("fetch", "latest", home=back)
    assert done.returncode == 0, done.stderr
    (backups.home / ".lock").unlink()
    assert contents(back) == contents(backups.home)


@OF_THE_NIGHT
@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_a_copy_is_encrypted_and_comes_back_whole(
    backups: Backups, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    s3 = kind == "s3"
    repository = ""
    if s3:
        store: ObjectStore = request.getfixturevalue("object_store")
        store.bucket("backups")
        repository = f"s3:http://{store.address}/backups"
    backups.status.mkdir()
    (backups.home / ".lock").touch()
    (backups.home / ".base").mkdir()
    segment = backups.home / "streams" / STREAM / f"{1:024}.partial"
    segment.write_bytes(SECRET * 1000)
    for _ in range(2):
        done = backups.offsite("copy", repository=repository)
        assert done.returncode == 0, done.stderr
    assert backups.offsite("check", repository=repository).returncode == 0
    if not s3:
        stored = [path for path in (tmp_path / "away").rglob("*") if path.is_file()]
        assert not any(SECRET in path.read_bytes() for path in stored)
    done = backups.offsite("tidy", repository=repository)
    assert done.returncode == 0, done.stderr
    back = tmp_path / "back"
    done = backups.offsite("fetch", "latest", repository=repository, home=back)
    assert done.returncode == 0, done.stderr
    (backups.home / ".lock").unlink()
    (backups.home / ".base").rmdir()
    assert contents(back) == contents(backups.home)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: content for name, (_, content) in tree(folder).items()}


@OF_THE_NIGHT
def test_a_wrong_key_or_name_and_a_folder_in_use_are_refused(
    backups: Backups, tmp_path: Path
) -> None:
    backups.status.mkdir()
    (backups.home / ".lock").touch()
    (back := tmp_path / "back").mkdir()
    assert backups.offsite("copy").returncode == 0
    before = tree(back)
    for command, home, key, sentence in (
        (NAME, back, "another", "RESTIC_PASSWORD is not the key"),
        ("2020-01-01T000000Z", back, "the key", f"off-site; there are: {NAME}"),
        (NAME, backups.home, "the key", "The folder of backups is not empty"),
    ):
        done = backups.offsite("fetch", command, home=home, key=key)
        assert_refused(done, sentence)
    nowhere = backups.offsite("fetch", NAME, repository=str(tmp_path / "no"), home=back)
    assert_refused(nowhere, "The off-site copies cannot be opened")
    assert tree(back) == before
