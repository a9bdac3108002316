"""The memo: read, printed, taken along, and proved by counting again."""

import contextlib
import io
import re
import zlib
from html import unescape
from typing import Any

import openpyxl
import pytest
from docx import Document

from evaltracker.decision.memo.documents import Unprintable, fetch_shipped, widths
from evaltracker.decision.memo.markdown import as_html
from evaltracker.decision.memo.printing import front_page
from evaltracker.decision.models import Decision
from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.workflow.deciding import decided, in_decision

pytestmark = pytest.mark.django_db


def memo(where: Evaluation, end: str = "/") -> str:
    return f"/admin/e/{where.slug}/memo{end}"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_trials.py"
    "::test_must_haves_proven_is_content_with_proof_only[partly-1]",
)
def test_before_the_decision_stage_there_is_no_memo() -> None:
    where, _ = in_decision()
    vendors.enter(where, "trials")
    for end in ("/", ".pdf", ".md", ".docx", ".xlsx"):
        assert signed_in(where.owner).get(memo(where, end)).status_code == 409, end
        assert signed_in(common.noor()).get(memo(where, end)).status_code == 404, end


def test_the_draft_is_called_a_draft() -> None:
    where, _ = in_decision()
    viktor = signed_in(stakeholders.holder("leadership"))
    body = viktor.get(memo(where)).content.decode()
    assert "A draft" in body
    assert "91,234" in body
    assert viktor.post(memo(where)).status_code == 405


def test_a_memo_that_was_frozen_without_a_seal_is_still_read_everywhere() -> None:
    where, _ = decided()
    decision = Decision.objects.get()
    del decision.memo["seal"]
    decision.save()
    client = signed_in(where.owner)
    for end in ("/", ".md", ".docx", ".xlsx"):
        assert client.get(memo(where, end)).status_code == 200, end
    assert "not yet kept here" in client.get(memo(where)).content.decode()


def test_the_frozen_memo_carries_its_seal_and_is_counted_again() -> None:
    where, _ = decided()
    decision = Decision.objects.get()
    body = signed_in(where.owner).get(memo(where)).content.decode()
    assert decision.memo_sha256 in body
    assert "gives identical results" in body
    assert "Viktor" in body
    decision.memo["results"][str(decision.candidate_id)]["fit"] = "0.1"
    decision.save()
    altered = signed_in(where.owner).get(memo(where)).content.decode()
    assert "This is not what was decided" in altered
    assert "Acme ML, fit: frozen" in altered


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_draft_is_called_a_draft",
)
def test_page_markdown_and_word_file_say_the_same() -> None:
    where, _ = decided()
    lina, decision = signed_in(where.owner), Decision.objects.get()
    text = lina.get(memo(where, ".md"))
    assert "attachment" in text.headers["Content-Disposition"]
    written = text.content.decode()
    for paragraph in decision.memo["text"].split("\n\n"):
        assert paragraph.strip() in written
    assert decision.memo_sha256 in written
    assert decision.memo["seal"]["journal"]["head"] in written
    page = lina.get(memo(where)).content.decode()
    article = bare(page[page.index("<article") : page.index("</article>")])
    in_markdown = bare(as_html(written))
    word = in_word(Document(io.BytesIO(lina.get(memo(where, ".docx")).content)))
    assert words_of(article) == words_of(in_markdown) == words_of(word)
    for figure in front_page(decision.memo, decision, []).figures:
        for said in map(str, (figure.name, figure.value, figure.words)):
            for form in (article, in_markdown, word):
                assert said in " ".join(form).replace(f"{figure.name}:", figure.name)


def words_of(form: list[str]) -> list[str]:
    """The words that are signed and their seal, without the first page."""
    start = next(at for at, _ in enumerate(form) if form[at : at + 3] == WHY)
    return form[start:]


WHY = ["Why", "this", "one"]


def bare(html: str) -> list[str]:
    """The words of a page, without its marks."""
    text = re.sub(r"</?data\b[^>]*>", "", html)
    return unescape(re.sub(r"<[^>]+>", " ", text)).split()


def in_word(book: Any) -> list[str]:
    """The words of a Word file, paragraphs and tables in their order."""
    found: list[str] = []
    for part in book.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                for cell in row.cells:
                    found += cell.text.split()
        else:
            found += part.text.split()
    return found


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_memos_of_older_formulas_have_it_too[formula_4_kinds]",
)
def test_the_word_file_has_headings_repeated_heads_and_a_language() -> None:
    where, _ = decided()
    answer = signed_in(where.owner).get(memo(where, ".docx"))
    book = Document(io.BytesIO(answer.content))
    styles = {part.style.name for part in book.paragraphs if part.style}
    assert {"Heading 1", "Heading 2", "List Bullet"} <= styles
    for table in book.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
    assert 'w:lang w:val="en-GB"' in book.styles.element.xml
    assert book.core_properties.title == f"Decision memo: {where.title}"


def test_columns_of_a_word_table_have_room_for_their_words() -> None:
    rows = [["Option", "Fit", "Likely cost"], ["Northlight Systems", "91 %", "4 " * 50]]
    name, fit, cost = (round(width.mm) for width in widths(rows))
    assert 173 <= name + fit + cost <= 175
    assert name > 20
    assert fit < name < cost
    crowded = widths([["incomprehensibilities"] * 12])
    assert sum(length.mm for length in crowded) <= 174.1


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("letter", 612)])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[letter-612]",
)
def test_the_pdf_is_tagged_and_has_the_paper_that_was_asked_for(
    paper: str, width: int
) -> None:
    where, _ = decided()
    pdf = signed_in(where.owner).get(memo(where, f".pdf?paper={paper}"))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    inside = pdf.content + unpacked(pdf.content)
    assert b"/MarkInfo" in inside
    box = re.search(rb"/MediaBox \[0 0 (\d+)", inside)
    assert box is not None
    assert int(box[1]) == width


def test_there_is_no_other_paper_and_no_other_parameter() -> None:
    where, _ = decided()
    lina = signed_in(where.owner)
    for query in ("paper=a5", "x=1"):
        assert lina.get(memo(where, f".pdf?{query}")).status_code == 400


def test_the_workbook_has_numbers_as_numbers_and_runs_nothing() -> None:
    where, option = decided()
    book = openpyxl.load_workbook(
        io.BytesIO(signed_in(where.owner).get(memo(where, ".xlsx")).content)
    )
    head, line = list(book["Comparison"].values)[:2]
    told = dict(zip(head, line, strict=True))
    assert (told["Candidate"], told["Fit"]) == (option.name, 1)
    assert told["Likely cost"] == 91234
    rows = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in rows}
    assert Decision.objects.get().memo_sha256 in [cell.value for cell in rows]


def unpacked(pdf: bytes) -> bytes:
    """The bytes of all streams of a PDF."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    found = b""
    for stream in streams:
        with contextlib.suppress(zlib.error):
            found += zlib.decompress(stream)
    return found


def test_making_a_pdf_fetches_nothing() -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        fetch_shipped("http://evil.example/x.png")
    assert issubclass(Unprintable, Refused)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/x.png)",
        "<http://evil.example>",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_words_never_become_markup(words: str) -> None:
    html = as_html(f"# Title\n\n{words}\n\n| a |\n| --- |\n| {words} |\n")
    for mark in ("<script", "<img", "<a ", "href="):
        assert mark not in html
    assert html.startswith("<h2>")
    assert '<th scope="col">' in html
