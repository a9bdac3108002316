"""What may be handed in: judged by its bytes, kept under a name that tells nothing."""

import io
import zipfile

import pytest

from evaltracker.errors import Invalid
from evaltracker.toolbox.files import SIZE_LIMIT, read_file

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def office(*names: str, big: bool = False) -> bytes:
    """An archive with these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, b"0" * (210_000_000 if big else 5))
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("report.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("shot.PNG", PNG, "image/png"),
        ("photo.jpg", b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        ("log.txt", b"all went well\n", "text/plain"),
        ("runs.csv", "Läufe;Ø\n1;2\n".encode("cp1252"), "text/csv"),
        ("runs.csv", "a,b\n".encode("utf-16"), "text/csv"),
        ("book.xlsx", office("xl/workbook.xml"), "spreadsheetml"),
        ("memo.docx", office("word/document.xml"), "wordprocessingml"),
    ],
)
def test_the_types_on_the_list_are_taken(name: str, content: bytes, kind: str) -> None:
    accepted = read_file(io.BytesIO(content), name)
    assert kind in accepted.content_type
    assert accepted.size == len(content)
    assert len(accepted.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b"<svg/>"),
        ("page.html", b"<html>"),
        ("page.txt", b"  <!DOCTYPE html><script>"),
        ("run.txt", b"#!/bin/sh\nrm -rf /"),
        ("noise.txt", b"a\x00b"),
        ("tool.exe", b"MZ"),
        ("shot.png", b"%PDF-1.7"),
        ("report.pdf", b"<html>%PDF-"),
        ("report.php.pdf", b"%PDF-1.7"),
        ("passwd", b"root"),
        ("all.zip", office("a")),
        ("book.xlsx", office("a")),
        ("book.xlsx", office("word/document.xml")),
        ("book.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("book.xlsx", b"PK\x03\x04 cut off"),
    ],
)
def test_everything_else_is_refused_with_the_list(name: str, content: bytes) -> None:
    with pytest.raises(Invalid, match="hand in pdf, png") as caught:
        read_file(io.BytesIO(content), name)
    assert caught.value.code == "file_type"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_everything_else_is_refused_with_the_list[all.zip-content10]",
)
def test_an_office_file_that_unpacks_to_200_mb_is_refused_unopened() -> None:
    with pytest.raises(Invalid):
        read_file(io.BytesIO(office("xl/workbook.xml", big=True)), "book.xlsx")


def test_empty_and_too_large_files_have_codes_of_their_own() -> None:
    for content, code in (
        (b"", "file_empty"),
        (b"0" * (SIZE_LIMIT + 1), "file_too_large"),
    ):
        with pytest.raises(Invalid) as caught:
            read_file(io.BytesIO(content), "log.txt")
        assert caught.value.code == code


@pytest.mark.parametrize(
    "name", ["a" * 200 + ".txt", "a\x00.txt", "a\u202etxt.pdf", "", ".."]
)
def test_names_that_hide_something_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(io.BytesIO(b"x"), name)
    assert caught.value.code == "file_name"


def test_a_path_is_cut_off_and_the_stored_name_tells_nothing() -> None:
    accepted = read_file(io.BytesIO(b"x"), "..\\..\\home/Acme price.txt")
    assert accepted.name == "Acme price.txt"
    assert "Acme" not in accepted.stored_as
    assert accepted.stored_as.endswith(".txt")
