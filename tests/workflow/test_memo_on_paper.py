"""The memo as PDF and Word file: no page is nearly blank, pictures are described."""

import io
import re
from typing import Any

import pytest
from docx import Document

from evaltracker.decision.memo.documents import PAPERS, as_docx, lay_out
from evaltracker.decision.memo.printing import sealed_memo
from evaltracker.decision.models import Decision
from evaltracker.workflow.services.stages import compile_memo
from tests.workflow.comparing import two_finalists
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_kept_draws.py"
    "::test_what_is_signed_rests_on_draws_of_its_own_inputs",
)
def test_the_word_file_has_both_pictures_described() -> None:
    where, _ = two_finalists()
    book = Document(io.BytesIO(as_docx(sealed_memo(compile_memo(where), None), "Memo")))
    drawn = [shape._inline.docPr for shape in book.inline_shapes]
    assert [one.get("title") for one in drawn] == [
        "How candidates stand: fit",
        "Cost over 36 months, USD",
    ]
    assert all("Acme ML" in one.get("descr") for one in drawn)


def used(page: Any) -> float:
    """How far down a page something stands, as a share of its height."""
    box = page._page_box
    bottoms = [
        part.position_y + part.height
        for part in box.descendants()
        if type(part).__name__ in ("TextBox", "BlockReplacedBox", "InlineReplacedBox")
        and part.position_y < box.margin_height() - box.margin_bottom
    ]
    return float(max(bottoms, default=0.0) / box.margin_height())


@pytest.mark.parametrize("paper", sorted(PAPERS))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_no_page_of_the_pdf_but_the_last_is_nearly_blank(paper: str) -> None:
    where, _ = decided(rival="Globex ML")
    decision = Decision.objects.get()
    memo = sealed_memo(decision.memo, decision, [])
    pages = lay_out(where, memo, decision, paper).render().pages
    assert len(pages) >= 2
    for page in pages[:-1]:
        assert used(page) > 1 / 3


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_the_pdf_describes_its_pictures_and_brings_its_typefaces() -> None:
    where, _ = two_finalists()
    laid_out = lay_out(where, sealed_memo(compile_memo(where), None), None)
    pdf = laid_out.write_pdf(pdf_variant="pdf/ua-1", uncompressed_pdf=True)
    assert pdf.count(b"/S /Figure") == 2
    assert pdf.count(b"/Alt ") == 2
    assert re.search(rb"/FontName /\w+\+Source-?Serif", pdf)
    assert re.search(rb"/FontName /\w+\+Source-?Sans", pdf)
