"""Files as proof: by content, within the quota, and for nobody else (T39)."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.object_store import Place
from tests.taken_back import taken_back
from tests.vendors.api.conftest import Party
from vendors.models import ClaimFile
from vendors.rate_limits import forget_counts
from vendors.services import drafts as files

PDF = b"%PDF-1.7 proof"


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def answered(acme: Party) -> Party:
    """The vendor after its claim on R1."""
    assert acme.claim().status_code == 201
    return acme


def attach(
    party: Party, content: bytes = PDF, name: str = "report.pdf", **headers: str
) -> Any:
    return party.upload(f"{party.home}claims/R1/files/", content, name, **headers)


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not ClaimFile.objects.exists()
    problem: dict[str, Any] = answer.json()
    return problem


def office(*names: str, size: int = 1) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return stream.getvalue()


# What is an archive is made when it is sent.
BOOK = ("[Content_Types].xml", "xl/workbook.xml")
MACROS = "xl/vbaProject.bin"
TAKEN: dict[str, bytes | Callable[[], bytes]] = {
    "report.pdf": PDF,
    "shot.PNG": b"\x89PNG\r\n\x1a\n....",
    "photo.jpeg": b"\xff\xd8\xff....",
    "notes.txt": "Größe".encode(),
    "table.csv": b"a,b\n=1+1,2\n",
    "book.xlsx": lambda: office(*BOOK),
    "paper.docx": lambda: office("[Content_Types].xml", "word/document.xml"),
    "ein Bericht (v2).pdf": PDF,
    "../../etc/passwd.pdf": PDF,
}
NOT_TAKEN: dict[str, bytes | Callable[[], bytes]] = {
    "image.svg": b"<svg onload='alert(1)'>",
    "page.html": b"<html><script>alert(1)</script>",
    "page.pdf": b"<html>%PDF-",
    "page.txt": b" <script>alert(1)</script>",
    "data.xml": b"<?xml version='1.0'?>",
    "run.exe": b"MZ\x90",
    "run.txt": b"MZ\x90\x00",
    "script.txt": b"#!/bin/sh\n",
    "report.php.pdf": PDF,
    "report.pdf.exe": PDF,
    "archive.zip": lambda: office("a.txt"),
    "archive.xlsx": lambda: office("a.txt"),
    "macro.xlsx": lambda: office(*BOOK, MACROS),
    "many.xlsx": lambda: office(*BOOK, *(f"x{n}" for n in range(1001))),
    "bomb.xlsx": lambda: office(*BOOK, "xl/big.xml", size=70 * 1024 * 1024),
    "broken.xlsx": lambda: office(*BOOK)[:-30],
    "book.xlsm": lambda: office(*BOOK, MACROS),
    "paper.docm": lambda: office("word/document.xml", "word/vbaProject.bin"),
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "old.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "swapped.docx": lambda: office(*BOOK),
    "tool.jar": lambda: office("META-INF/MANIFEST.MF"),
    "photo.gif": b"GIF89a/*<svg/onload=alert(1)>*/",
    "photo.jpg": b"GIF89a/*<svg/onload=alert(1)>*/",
    "after.jpeg": b"<script>\xff\xd8\xff",
    "wide.txt": "<html><script>alert(1)</script>".encode("utf-16"),
    "marked.csv": b"\xef\xbb\xbf<!doctype html>",
    "data.json": b"{}",
    "report.pdf.": PDF,
    ".pdf": b"<html>",
    "report.html.txt": b"words",
    "wrong.png": PDF,
    "noending": PDF,
    "empty.pdf": b"",
    "x" * 151 + ".pdf": PDF,
}


def content_of(files: Mapping[str, bytes | Callable[[], bytes]], name: str) -> bytes:
    content = files[name]
    return content if isinstance(content, bytes) else content()


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[report.pdf]",
)
def test_what_is_allowed_by_content_is_kept_and_read_back(
    answered: Party, name: str
) -> None:
    content = content_of(TAKEN, name)
    kept = attach(answered, content, name)
    assert kept.status_code == 201, kept.content
    told = kept.json()
    assert told["name"] == name.rsplit("/", 1)[-1]
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert (told["requirement"], told["revision"]) == ("R1", 1)
    back = answered.call("GET", f"{answered.home}files/{told['id']}/")
    assert b"".join(back.streaming_content) == content
    assert back["Content-Type"] == told["content_type"]
    assert back["Content-Disposition"].startswith("attachment")
    assert back["X-Content-Type-Options"] == "nosniff"
    assert back["Content-Security-Policy"] == "sandbox"
    assert back["Cache-Control"] == "no-store"


def check_refused(answered: Party, name: str, folder: Path) -> None:
    """It is refused by its name and leaves nothing."""
    odd = name == "empty.pdf" or len(name) > 150
    content = content_of(NOT_TAKEN, name)
    problem = refused(attach(answered, content, name), 400 if odd else 415)
    assert odd or "pdf, png, jpeg" in problem["detail"]
    assert problem["errors"][0]["pointer"] == "#/file"
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_not_allowed_is_refused_by_name_and_leaves_nothing(
    answered: Party, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for name in NOT_TAKEN:
        with subtests.test(name), taken_back():
            forget_counts()
            check_refused(answered, name, tmp_path)


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_it_is_stored_under_a_name_that_tells_nothing(
    any_storage: Place, answered: Party
) -> None:
    attach(answered)
    stored = ClaimFile.objects.get().stored_as
    assert "report" not in stored
    with default_storage.open(stored) as kept:
        assert kept.read() == PDF
    assert Entry.objects.latest("number").action == "claim.file_attached"
    assert any_storage.names() == [stored]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_when_the_row_cannot_be_kept_the_file_is_not_either[disk]",
)
def test_files_are_listed_for_their_vendor_alone(
    answered: Party, globex: Party
) -> None:
    told = attach(answered).json()
    listed = answered.call("GET", f"{answered.home}claims/R1/files/").json()
    assert listed["results"] == [told]
    globex.claim()
    theirs = globex.call("GET", f"{globex.home}claims/R1/files/").json()
    assert theirs["results"] == []
    for home in (globex.home, answered.home):
        assert globex.call("GET", f"{home}files/{told['id']}/").status_code == 404


def test_the_same_file_again_is_kept_once(answered: Party) -> None:
    first, again = attach(answered), attach(answered, name="other.pdf")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_over_ten_megabytes_is_413_with_the_limit(answered: Party) -> None:
    for size in (10 * 1024 * 1024 + 1, 11 * 1024 * 1024):
        problem = refused(attach(answered, PDF + b"x" * size), 413)
        assert "10,485,760 bytes" in problem["detail"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_when_the_row_cannot_be_kept_the_file_is_not_either[disk]",
)
def test_the_quota_is_the_invitations_own(
    answered: Party, globex: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(files.MOST_FILES):
        assert attach(answered, PDF + str(number).encode()).status_code == 201
    over = attach(answered, PDF + b"one more")
    assert (over.status_code, over.json()["code"]) == (409, files.QUOTA)
    globex.claim()
    assert attach(globex).status_code == 201
    monkeypatch.setattr(files, "MOST_BYTES", len(PDF) + 5)
    over = attach(globex, PDF + b"second")
    assert (over.status_code, over.json()["code"]) == (409, files.QUOTA)


def test_without_a_claim_or_after_the_deadline_nothing_is_attached(
    acme: Party, where: Evaluation
) -> None:
    assert refused(attach(acme), 409)["code"] == "no_claim"
    refused(acme.upload(f"{acme.home}claims/R9/files/", PDF), 404)
    acme.claim()
    acme.call("DELETE", f"{acme.home}claims/R1/")
    assert refused(attach(acme), 409)["code"] == "no_claim"
    acme.claim()
    vendors.close_by_deadline(where)
    assert refused(attach(acme), 409)["code"] == "claims_closed"


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


MULTIPART = "multipart/form-data; boundary=b"
FIELD = b'Content-Disposition: form-data; name="%s"\r\n\r\n%s'
FILE = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (400, "multipart/form-data", b"x"),
        (400, MULTIPART, b""),
        (400, MULTIPART, multipart(FIELD % (b"file", b"x"))),
        (400, MULTIPART, multipart(FILE, FILE)),
        (400, MULTIPART, multipart(FILE, FIELD % (b"id", b"1"))),
        (400, MULTIPART, multipart(*[FIELD % (b"a", b"1")] * 1100)),
        (400, MULTIPART, multipart(*[FILE] * 30)),
        (413, MULTIPART, multipart(FIELD % (b"a", b"1" * 5_000_000))),
        (415, f"{MULTIPART}; charset=utf-16", multipart(FILE)),
        (415, f"{MULTIPART}; charset=nonsense", multipart(FILE)),
        (415, "application/json", b"{}"),
        (415, "application/pdf", PDF),
    ],
)
def test_a_body_that_is_not_one_file_is_refused(
    answered: Party, status: int, kind: str, body: bytes
) -> None:
    address = f"{answered.home}claims/R1/files/"
    refused(answered.call("POST", address, body, content_type=kind), status)


def test_a_key_attaches_once_and_another_file_under_it_is_422(answered: Party) -> None:
    sent = [attach(answered, idempotency_key="f") for _ in range(2)]
    assert sent[0].content == sent[1].content
    assert sent[1]["Idempotent-Replayed"] == "true"
    other = attach(answered, PDF + b"!", idempotency_key="f")
    assert other.status_code == 422


def test_when_the_row_cannot_be_kept_the_file_is_not_either(
    any_storage: Place, answered: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("no journal")

    monkeypatch.setattr("vendors.services.claims.journal.record", broken)
    refused(attach(answered), 500)
    assert any_storage.names() == []


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_a_file_that_is_gone_from_its_storage_is_404(
    any_storage: Place, answered: Party
) -> None:
    told = attach(answered).json()
    default_storage.delete(ClaimFile.objects.get().stored_as)
    answer = answered.call("GET", f"{answered.home}files/{told['id']}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_the_largest_file_comes_back_with_its_length_and_no_address(
    any_storage: Place, answered: Party
) -> None:
    whole = PDF + b"x" * (10 * 1024 * 1024 - len(PDF))
    told = attach(answered, whole).json()
    address = f"{answered.home}files/{told['id']}/"
    for method, expected in (("GET", whole), ("HEAD", b"")):
        back = answered.call(method, address)
        assert (back.status_code, back["Content-Length"]) == (200, str(len(whole)))
        assert "Location" not in back
        assert b"".join(back) == expected
