"""T66: files move from a disk to S3 while vendors upload, killed and begun again."""

import hashlib
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from pytest_django import Settings

from evaltracker.decision.selectors.stored_files import kept_files
from evaltracker.environment import files
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import AttachedFile
from evaltracker.toolbox.buckets import BucketStorage
from tests.factories import trials
from tests.faults.test_full_disk import Party
from tests.object_store import ObjectStore, use
from tests.served import ROOT, Site, logins, served
from tests.waiting import until
from vendors.models import ClaimFile
from vendors.services.drafts import attach_file

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# One invitation has room for 20.
EACH = 20
OLDER = 120


class Uploads:
    """Each party hands in one file after the other; what was acknowledged is noted."""

    def __init__(self, parties: list[Party]) -> None:
        self.waiting = [(party, at) for at in range(EACH) for party in parties]
        self.acknowledged: dict[str, str] = {}

    @contextmanager
    def going_on(self, site: Site, *, in_all: int) -> Iterator[None]:
        """Uploads to this site until so many are acknowledged in all."""

        def upload() -> None:
            while len(self.acknowledged) < in_all:
                party, at = self.waiting.pop()
                content = b"%PDF-1.7 " + f"{party.token} {at}".encode() * 2_000
                answer = party.attach(site, at % 4, content)
                assert answer.status_code == 201, answer.text
                digest = hashlib.sha256(content).hexdigest()
                self.acknowledged[answer.json()["id"]] = digest

        thread = threading.Thread(target=upload)
        thread.start()
        try:
            yield
        finally:
            thread.join()
        assert len(self.acknowledged) >= in_all


def older_files(party: Party, media: Path) -> None:
    """What people attached before, so that a copy takes a while."""
    disk: Any = storages.create_storage(files(str(media)))
    for at in range(OLDER):
        content = f"No. {at} ".encode() * 5_000
        AttachedFile.objects.create(
            evaluation=party.evaluation,
            topic="candidate",
            subject_id=party.candidate.pk,
            name="note.txt",
            content_type="text/plain",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            stored_as=disk.save(f"attached_files/{at}.txt", ContentFile(content)),
            uploaded_by=party.evaluation.owner,
        )


def copying(media: Path, url: str, login: str) -> subprocess.Popen[str]:
    """What the operator starts, once the new address stands in `.env`."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "copy_files", "--from", str(media)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": login,
            "FILES_URL": url,
            "DJANGO_SETTINGS_MODULE": "evaltracker.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def await_more(store: ObjectStore, url: str, number: int) -> None:
    """Wait until more than so many files have been brought."""
    until(
        lambda: len(store.names(url)) > number,
        within=120,
        what=f"more than {number} files have been brought",
    )


def last_line_of(process: subprocess.Popen[str]) -> str:
    """The last line of a copy that ends well."""
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return output.splitlines()[-1]


@pytest.mark.django_db
def test_a_copy_that_is_broken_off_is_ended_by_the_next(
    object_store: ObjectStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each push: what is handed in between two copies is brought by the second."""
    url = object_store.bucket()
    use(settings, str(tmp_path / "media"))
    where = trials.with_files()
    put = BucketStorage.put

    def put_one(storage: BucketStorage, *what: Any) -> bool:
        if any(storage.stored_files()):
            raise KeyboardInterrupt
        return put(storage, *what)

    with monkeypatch.context() as patched:
        patched.setattr(BucketStorage, "put", put_one)
        with pytest.raises(KeyboardInterrupt):
            call_command("copy_files", url)
    assert len(object_store.names(url)) == 1
    attach_file(
        candidate=where.candidates.get(),
        requirement=where.requirements.get(),
        file=io.BytesIO(b"%PDF-1.7 handed in meanwhile"),
        name="later.pdf",
        by=SYSTEM,
    )
    call_command("copy_files", url)
    use(settings, url)
    assert [file.fault for file in kept_files()] == ["", "", ""]
    assert object_store.names(url) == sorted(file.stored_as for file in kept_files())


@pytest.mark.nightly(
    reason="half a minute; each push breaks a copy off without traffic",
    short="::test_a_copy_that_is_broken_off_is_ended_by_the_next",
)
def test_every_file_arrives_once_and_as_it_was_handed_in(
    transactional_db: None,
    object_store: ObjectStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    media, url = tmp_path / "media", object_store.bucket()
    parties = [Party() for _ in range(2)]
    uploads = Uploads(parties)
    with logins() as urls:
        app = urls["DATABASE_URL"]
        monkeypatch.setenv("VENDOR_DATABASE_URL", urls["VENDOR_DATABASE_URL"])
        with served(tmp_path, MEDIA_ROOT=str(media)) as site:
            older_files(parties[0], media)
            for party in parties:
                for at in range(4):
                    assert party.claim(site, at).status_code == 201
            with uploads.going_on(site, in_all=12):
                pass
            with copying(media, url, app) as first:
                await_more(object_store, url, 0)
                with uploads.going_on(site, in_all=20):
                    await_more(object_store, url, 20)
                    first.kill()
            brought = len(object_store.names(url))
            assert brought < OLDER
            with copying(media, url, app) as second:
                await_more(object_store, url, brought)
                with uploads.going_on(site, in_all=28):
                    assert " copied" in last_line_of(second)
        with served(tmp_path, FILES_URL=url) as site:
            with (
                copying(media, url, app) as third,
                uploads.going_on(site, in_all=38),
            ):
                assert " copied" in last_line_of(third)
            with copying(media, url, app) as last:
                assert last_line_of(last).endswith(f" of {OLDER + 38} files, 0 copied")
    use(settings, url)
    assert [file.fault for file in kept_files()] == [""] * (OLDER + 38)
    acknowledged = {str(row.pk): row.sha256 for row in ClaimFile.objects.all()}
    assert acknowledged == uploads.acknowledged
    assert object_store.names(url) == sorted(file.stored_as for file in kept_files())
