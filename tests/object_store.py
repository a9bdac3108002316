"""An S3 server for tests, in a process of its own, and the storages that are tested.

Ask for `object_store` to have one, for `any_storage` to run on a disk and on S3.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django import Settings

from evaltracker.environment import files
from tests.services import free_port
from tests.waiting import until

KEY, SECRET = "KEYOFTESTS", "secret/of+tests"


class ObjectStore:
    """One server with what it holds; a kill empties it, a pause does not."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", **env: str) -> None:
        self.log, self.env = folder / "object-store.log", env
        self.address = f"{host}:{free_port()}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Come back when it answers."""
        command = [sys.executable, "-m", "moto.server"]
        host, port = self.address.split(":")
        command += ["-H", host, "-p", port]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **self.env}
            )
        until(
            self._answers,
            within=60,
            what=lambda: f"the object store answers: {self._log_end()}",
        )

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"no object store: {self._log_end()}"
        try:
            requests.get(f"http://{self.address}/moto-api/", timeout=5)
        except requests.RequestException:
            return False
        return True

    def _log_end(self) -> str:
        return self.log.read_text()[-3000:]

    def send(self, number: signal.Signals) -> None:
        """SIGSTOP and SIGCONT, or an end."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it, and forget all objects."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    @cache  # noqa: B019
    def client(self, service: str = "s3", key: str = KEY, secret: str = SECRET) -> Any:
        """Someone who asks it without the product."""
        # It takes a third of a second to import, which not every run has to pay.
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="eu-central-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    def bucket(self, name: str = "") -> str:
        """A new bucket; the FILES_URL of a folder in it."""
        name = name or f"files-{secrets.token_hex(6)}"
        place = {"LocationConstraint": "eu-central-1"}
        self.client().create_bucket(Bucket=name, CreateBucketConfiguration=place)
        return self.url(f"{name}/of/tests")

    def url(self, place: str, key: str = KEY, secret: str = SECRET) -> str:
        """The FILES_URL of a bucket and folder there."""
        login = f"{escaped(key)}:{escaped(secret)}"
        where = f"{self.address}/{place}"
        return f"s3://{login}@{where}?region=eu-central-1&tls=0"

    def names(self, url: str) -> list[str]:
        """What lies in the folder of a FILES_URL."""
        bucket, _, folder = url.partition("?")[0].split("/", 3)[3].partition("/")
        pages = self.client().get_paginator("list_objects_v2")
        return sorted(
            entry["Key"].removeprefix(f"{folder}/")
            for page in pages.paginate(Bucket=bucket, Prefix=f"{folder}/")
            for entry in page.get("Contents", ())
        )


def escaped(text: str) -> str:
    return text.replace("/", "%2F").replace("+", "%2B")


@contextmanager
def running_store(
    folder: Path, host: str = "127.0.0.1", **env: str
) -> Iterator[ObjectStore]:
    """A server until the block ends."""
    store = ObjectStore(folder, host, **env)
    store.start()
    try:
        yield store
    finally:
        store.kill()


def use(settings: Settings, url: str) -> None:
    """Let the product keep its files there."""
    settings.STORAGES = {**settings.STORAGES, "default": files(url)}


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """One for all tests that need no other."""
    with running_store(tmp_path_factory.mktemp("object-store")) as store:
        yield store


class Place:
    """Where a test's files lie, looked at without the product."""

    def __init__(self, url: str, store: ObjectStore | None = None) -> None:
        self.url, self.store = url, store

    def names(self) -> list[str]:
        """Every file, hidden ones among them."""
        if self.store:
            return self.store.names(self.url)
        root = Path(self.url)
        files = [file for file in root.rglob("*") if file.is_file()]
        return sorted(file.relative_to(root).as_posix() for file in files)


@pytest.fixture(params=["disk", "s3"])
def any_storage(
    request: pytest.FixtureRequest,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    """Files on a disk, then the same test with files in S3."""
    if request.param == "disk":
        place = Place(str(tmp_path_factory.mktemp("media")))
    else:
        store: ObjectStore = request.getfixturevalue("object_store")
        place = Place(store.bucket(), store)
    use(settings, place.url)
    return place
