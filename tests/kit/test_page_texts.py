"""The text of files is read apart, by page; a hostile file has none."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from evaltracker.toolbox import page_texts as module
from evaltracker.toolbox.files import SIZE_LIMIT, TYPES
from evaltracker.toolbox.page_texts import page_texts

FORM = Path(__file__).parents[1] / "data/rfp_alaska_aries/attachment_03_head.pdf"
BREAK = '<p style="break-before: page">'


def pdf(html: str) -> bytes:
    from weasyprint import HTML

    made: bytes = HTML(string=html).write_pdf()
    return made


def test_a_pdf_is_read_page_by_page() -> None:
    pages = page_texts(
        pdf(f"<p>The first node is free.{BREAK}So is the 2nd."), TYPES["pdf"]
    )
    assert pages == ["The first node is free.", "So is the 2nd."]


def test_word_is_one_page_with_tables_and_insertions() -> None:
    document, target = Document(), io.BytesIO()
    document.add_paragraph("Audit logs\tare kept.")
    document.add_table(1, 2).cell(0, 1).text = "12 months"
    document.save(target)
    [page] = page_texts(target.getvalue(), TYPES["docx"])
    assert page.split("\n") == ["Audit logs\tare kept.", "", "12 months"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_its_encoding(coding: str) -> None:
    assert page_texts("naïve, 5 €".encode(coding), TYPES["csv"]) == ["naïve, 5 €"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_text_is_read_in_its_encoding[utf-8]",
)
def test_a_locked_pdf_opens_if_it_asks_for_no_password() -> None:
    import pypdf

    for password in ("", "secret"):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("<p>Logs are kept.")))
        writer.encrypt(password, "owner", algorithm="AES-256")
        target = io.BytesIO()
        writer.write(target)
        pages = page_texts(target.getvalue(), TYPES["pdf"])
        assert pages == ([] if password else ["Logs are kept."])


def test_a_scan_and_other_files_have_no_text() -> None:
    scan = pdf('<svg width="99" height="99"><rect width="50" height="50"/></svg>')
    assert page_texts(scan, TYPES["pdf"]) == [""]
    assert page_texts(b"\x89PNG\r\n\x1a\n", TYPES["png"]) == []


def bomb() -> bytes:
    """A Word file of a few kilobytes that unpacks to millions of paragraphs."""
    plain, target = io.BytesIO(), io.BytesIO()
    Document().save(plain)
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(target, "w", 8) as made:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "word/document.xml":
                content = content.replace(
                    b"<w:body>", b"<w:body>" + b"<w:p/>" * 9_000_000
                )
            made.writestr(name, content)
    return target.getvalue()


def endless() -> bytes:
    """A PDF whose pages are its own children."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


BOMB_AT_NIGHT = pytest.mark.nightly(
    reason="Nine million paragraphs; each push refuses such a file, unopened.",
    short="[endless-pdf]",
)


@pytest.mark.parametrize(
    ("hostile", "kind"),
    [pytest.param(bomb, "docx", marks=BOMB_AT_NIGHT), (endless, "pdf")],
)
def test_a_hostile_file_has_no_text_and_says_nothing(
    hostile: Callable[[], bytes], kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    content = hostile()
    assert len(content) < SIZE_LIMIT
    assert page_texts(content, TYPES[kind]) == []
    assert capfd.readouterr() == ("", "")


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.01)
    assert page_texts(pdf("<p>Logs are kept."), TYPES["pdf"]) == []


def test_more_text_than_a_reader_reads_is_none() -> None:
    assert page_texts(b"a" * (module.MOST_CHARACTERS + 1), TYPES["txt"]) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_text_is_read_in_its_encoding[utf-8]",
)
def test_what_is_damaged_has_no_text() -> None:
    whole = pdf("<p>Logs are kept.")
    for content in (whole[:60], FORM.read_bytes(), b"%PDF-1.4", b"PK\x03\x04", b""):
        for kind in ("pdf", "docx"):
            assert page_texts(content, TYPES[kind]) == []
