"""Files in S3-compatible storage; imported only where FILES_URL asks for it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from evaltracker.errors import StorageFull, Unavailable
from evaltracker.toolbox.files import FOLDERS, FileStorage

PATIENCE = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Who waits for a store that is away waits for 26 s at most.
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Not every store knows Amazon's newer sums; each file brings its SHA-256 along.
    request_checksum_calculation="when_required",
)
logger = structlog.get_logger(__name__)


class BucketStorage(FileStorage, S3Storage):  # type: ignore[misc]
    def __init__(self, **options: Any) -> None:
        # Without a token, or one in the environment would go with these keys.
        super().__init__(client_config=PATIENCE, security_token="", **options)

    def put(self, name: str, content: File[bytes]) -> bool:
        body = content.open().read()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        # In one piece, which the store compares with its digest before it keeps it.
        sums = {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": digest}
        with suppress(FileExistsError):
            self.ask("put_object", name, Body=body, IfNoneMatch="*", **sums)
            return True
        return False

    def exists(self, name: str) -> bool:
        """By the list, which a key that may read one folder alone may ask for."""
        key = self._normalize_name(name)
        return any(entry["Key"] == key for entry in self.entries(key, MaxKeys=1))

    def delete(self, name: str) -> None:
        self.ask("delete_object", name)

    def stored_files(self) -> Iterator[tuple[str, float]]:
        for folder in FOLDERS:
            place = f"{self._normalize_name(folder)}/"
            for entry in self.entries(place):
                name = f"{folder}/{entry['Key'].removeprefix(place)}"
                yield name, entry["LastModified"].timestamp()

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """All of it, before a byte is handed on: no download ends in its middle."""
        try:
            body = self.ask("get_object", name)["Body"]
        except Unavailable as away:
            # What is not there is forbidden to a key that may not list everything.
            if "AccessDenied" not in str(away.__cause__) or self.exists(name):
                raise
            raise FileNotFoundError(name) from away
        fetched = tempfile.SpooledTemporaryFile(2**20)  # noqa: SIM115
        with reported():
            shutil.copyfileobj(body, fetched)
        fetched.seek(0)
        return File(fetched, name)

    def ask(self, call: str, name: str, **more: Any) -> dict[str, Any]:
        """One call about one file, by one client for all threads."""
        key = self._normalize_name(name)
        with reported():
            method = getattr(self.bucket.meta.client, call)
            answer: dict[str, Any] = method(Bucket=self.bucket_name, Key=key, **more)
        return answer

    def entries(self, prefix: str, **more: Any) -> Iterator[dict[str, Any]]:
        pages = self.bucket.meta.client.get_paginator("list_objects_v2")
        with reported():
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix, **more):
                yield from page.get("Contents", ())


@contextmanager
def reported() -> Iterator[None]:
    """Say in our words what a store says; its code goes to the log, without a key."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        code = type(error).__name__
        if isinstance(error, ClientError):
            code = error.response["Error"]["Code"]
        if code == "NoSuchKey":
            raise FileNotFoundError from error
        if code == "PreconditionFailed":
            raise FileExistsError from error
        if code.endswith(("StorageFull", "QuotaExceeded")):
            logger.error("storage_full", error=code)
            raise StorageFull from error
        logger.error("storage_away", error=code)
        raise Unavailable(
            "The storage for files cannot be reached at the moment. Nothing was saved; "
            "try again in a minute.",
            code="storage_away",
        ) from error
