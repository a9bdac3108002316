"""Files move between a disk and S3, each once and as its row says."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evaltracker.decision.selectors.stored_files import kept_files
from evaltracker.toolbox.files import file_storage
from tests.factories import trials
from tests.object_store import ObjectStore, Place, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(any_storage: Place, object_store: ObjectStore, tmp_path: Path) -> Place:
    """The other kind of place: S3 beside a disk, a disk beside S3."""
    trials.with_files()
    if any_storage.store:
        return Place(str(tmp_path / "restored"))
    return Place(object_store.bucket(), object_store)


def copied(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The last line that it says."""
    call_command("copy_files", *arguments)
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[s3]"
)
def test_what_rows_name_is_copied_once_and_the_product_goes_on_there(
    any_storage: Place,
    elsewhere: Place,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = any_storage.names()
    default_storage.save("evidence/stray.pdf", ContentFile(b"of nobody"))
    assert copied(elsewhere.url, capsys=capsys) == "2 of 2 files, 2 copied"
    assert copied(elsewhere.url, capsys=capsys) == "2 of 2 files, 0 copied"
    assert elsewhere.names() == named
    use(settings, elsewhere.url)
    call_command("verify_files")
    told = copied("--from", any_storage.url, "--all", capsys=capsys)
    assert told == "3 of 3 files, 1 copied"
    assert elsewhere.names() == any_storage.names()


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[s3]"
)
def test_a_file_that_is_missing_or_not_as_handed_in_is_named_and_never_brought(
    any_storage: Place, elsewhere: Place, settings: Settings
) -> None:
    proof, notes = sorted(any_storage.names())
    default_storage.delete(proof)
    default_storage.save(proof, ContentFile(b"another"))
    default_storage.delete(notes)
    with pytest.raises(CommandError) as told:
        call_command("copy_files", elsewhere.url)
    assert told.value.returncode == 1
    assert str(told.value).splitlines() == [
        f"{proof} is not the file that was handed in",
        f"{notes} is missing",
    ]
    assert elsewhere.names() == []
    # What differs there is named too, and left to a person.
    use(settings, elsewhere.url)
    default_storage.save(proof, ContentFile(b"yet another"))
    use(settings, any_storage.url)
    with pytest.raises(CommandError, match=f"{proof} is not the file"):
        call_command("copy_files", elsewhere.url)


@pytest.mark.nightly(
    reason="2 values; each push has the first of them",
    short="[disk]",
)
def test_a_place_that_cannot_be_used_is_said_in_one_sentence(
    any_storage: Place, object_store: ObjectStore
) -> None:
    trials.with_files()
    gone = object_store.url("no-such-bucket")
    for places, sentence in (
        ([], "Say where to"),
        (["https://example.org/bucket"], "Write it as s3://"),
        ([gone], "cannot be reached at the moment"),
        (["--from", gone, "--all"], "cannot be reached at the moment"),
    ):
        with pytest.raises(CommandError, match=sentence) as told:
            call_command("copy_files", *places)
        assert told.value.returncode == 2
        assert len(str(told.value).splitlines()) == 1


def test_rows_and_files_cannot_be_compared_while_the_storage_is_away(
    settings: Settings, object_store: ObjectStore
) -> None:
    use(settings, object_store.bucket())
    trials.with_files()
    assert [file.fault for file in kept_files()] == ["", ""]
    use(settings, object_store.url("no-such-bucket"))
    with pytest.raises(CommandError, match="cannot be reached") as told:
        call_command("verify_files")
    assert told.value.returncode == 2
    assert file_storage().openness("evidence/x") == ""
