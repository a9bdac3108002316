"""Files in S3: with the documented keys, and when S3 says no or nothing at all."""

import json
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from pytest_django import Settings

from evaltracker.environment import files
from evaltracker.errors import StorageFull, Unavailable
from tests.object_store import ObjectStore, running_store, use

if TYPE_CHECKING:
    # Its client of S3 takes long to import.
    from evaltracker.toolbox.buckets import BucketStorage

ROOT = Path(__file__).parents[2]
NAME, PROOF = "claim_files/one.pdf", ContentFile(b"proof")
OURS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": "arn:aws:s3:::evaltracker/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::evaltracker",
        },
    ],
}


def storage_at(url: str) -> "BucketStorage":
    from evaltracker.toolbox.buckets import BucketStorage

    storage: Any = storages.create_storage(files(url))
    assert isinstance(storage, BucketStorage)
    return storage


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], "BucketStorage"]]:
    """A store that asks for rights: the storage of web, of vendor-api or of nobody."""
    folder = tmp_path_factory.mktemp("guarded")
    document = (ROOT / "docs/security.md").read_text()
    theirs = re.search(r"```json\n(.*?)```", document, re.DOTALL)
    assert theirs
    with running_store(folder, INITIAL_NO_AUTH_ACTION_COUNT="7") as store:
        keys, iam = {"nobody": ("AKIANOBODY", "wrong")}, store.client("iam")
        for name, policy in (("web", json.dumps(OURS)), ("vendor-api", theirs[1])):
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
            key = iam.create_access_key(UserName=name)["AccessKey"]
            keys[name] = key["AccessKeyId"], key["SecretAccessKey"]
        store.bucket("evaltracker")
        yield lambda who: storage_at(store.url("evaltracker", *keys[who]))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_log_says_why_and_tells_no_key",
)
def test_the_documented_keys_reach_what_they_need_and_no_more(
    guarded: Callable[[str], "BucketStorage"],
) -> None:
    web, vendors = guarded("web"), guarded("vendor-api")
    assert vendors.save(NAME, PROOF) == NAME
    assert web.save("evidence/one.pdf", PROOF) == "evidence/one.pdf"
    assert [name for name, _ in web.stored_files()] == [NAME, "evidence/one.pdf"]
    for storage in (web, vendors):
        with storage.open(NAME) as file:
            assert file.read() == b"proof"
        assert not storage.exists("claim_files/ready")
        with pytest.raises(FileNotFoundError):
            storage.open("claim_files/none.pdf")
    for act in (
        lambda: vendors.open("evidence/one.pdf"),
        lambda: vendors.save("evidence/two.pdf", PROOF),
        lambda: vendors.delete("evidence/one.pdf"),
        lambda: guarded("nobody").save(NAME, PROOF),
    ):
        with pytest.raises(Unavailable):
            act()
    # As a store answers about what is not there to whoever may not list it.
    with pytest.raises(FileNotFoundError):
        vendors.open("evidence/none.pdf")


def test_the_log_says_why_and_tells_no_key(
    guarded: Callable[[str], "BucketStorage"], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unavailable) as refused:
        guarded("nobody").save(NAME, PROOF)
    assert refused.value.code == "storage_away"
    assert "storage_away" in caplog.text
    assert "InvalidAccessKeyId" in caplog.text
    assert "NOBODY" not in caplog.text


def test_a_store_without_room_is_a_full_disk() -> None:
    from botocore.exceptions import ClientError

    from evaltracker.toolbox.buckets import reported

    answer: Any = {"Error": {"Code": "XMinioStorageFull"}}
    with pytest.raises(StorageFull), reported():
        raise ClientError(answer, "PutObject")


def test_what_lies_in_a_bucket_is_for_its_owner_and_no_page(
    object_store: ObjectStore,
) -> None:
    url = object_store.bucket()
    storage = storage_at(url)
    storage.save(NAME, PROOF)
    bucket = url.split("/")[3]
    kept = object_store.client().get_object(Bucket=bucket, Key=f"of/tests/{NAME}")
    assert kept["Body"].read() == b"proof"
    assert kept["ContentType"] == "binary/octet-stream"
    grants = object_store.client().get_object_acl(Bucket=bucket, Key=f"of/tests/{NAME}")
    assert [grant["Grantee"]["Type"] for grant in grants["Grants"]] == ["CanonicalUser"]


@pytest.mark.django_db
def test_a_probe_says_that_files_are_away(
    client: Client, settings: Settings, object_store: ObjectStore
) -> None:
    use(settings, object_store.bucket())
    assert client.get("/readyz").json()["files"] == "ok"
    use(settings, object_store.url("no-such-bucket"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["files"] == "does not answer"


def test_a_store_that_says_nothing_is_waited_for_as_long_as_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from botocore.config import Config

    from evaltracker.toolbox import buckets

    waits = buckets.PATIENCE
    attempts = waits.retries["total_max_attempts"]
    assert attempts * (waits.connect_timeout + waits.read_timeout) <= 26
    hurried = Config(read_timeout=0.1, retries={"total_max_attempts": 1})
    monkeypatch.setattr(buckets, "PATIENCE", waits.merge(hurried))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        storage = storage_at(f"s3://key:secret@{address}/files?region=eu&tls=0")
        with pytest.raises(Unavailable):
            storage.open(NAME)


@pytest.mark.nightly(
    reason="waits 20 s; each push waits for a silent store, too, but not for long",
    short="::test_a_store_that_says_nothing_is_waited_for_as_long_as_is_set",
)
def test_a_store_that_is_silent_is_given_up(tmp_path: Path) -> None:
    with running_store(tmp_path) as store:
        storage = storage_at(store.bucket())
        storage.save(NAME, PROOF)
        store.send(signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable):
                storage.open(NAME)
        finally:
            store.send(signal.SIGCONT)
        with storage.open(NAME) as file:
            assert file.read() == b"proof"
