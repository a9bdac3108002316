"""The words to be signed as a page shows them: named tables, nothing left blank."""

import io
import re

from docx import Document

from evaltracker.decision.memo.documents import as_docx
from evaltracker.decision.memo.markdown import as_html, section, table
from evaltracker.decision.memo.printing import FrontPage, SealedMemo


def regions(text: str) -> list[str]:
    return re.findall(r'role="region" aria-label="([^"]*)"', as_html(text))


def test_each_table_is_a_region_named_by_its_heading() -> None:
    rows = table(("Category", "Weight"), [("Security", 5)])
    words = f"# Results\n\n{rows}\n\n{section('Trial', f'{rows}\n\nThen:\n\n{rows}')}"
    assert regions(words) == ["Results", "Trial", "Trial (2)"]


def test_a_name_that_somebody_typed_stays_text() -> None:
    rows = table(("Category",), [("Security",)])
    assert regions(f'## A "quick" <b>one</b>\n\n{rows}') == [
        "A &quot;quick&quot; &lt;b&gt;one&lt;/b&gt;"
    ]


def test_a_table_without_rows_says_so() -> None:
    assert ">none</td>" in as_html(table(("Metric", "From", "To"), []))
    assert ">none</td>" not in as_html(table(("Metric",), [("Cost",)]))


def test_numbers_stand_to_the_right_on_pages_and_in_the_word_file() -> None:
    rows = [
        ("Acme", "91%", "7 of 7", "–", "40,000"),
        ("Globex", "8.5%", "0 of 7", "–", "?"),
    ]
    text = table(("Option", "Fit", "Tested", "People", "Cost"), rows)
    page = as_html(text)
    assert re.findall(r'<th class="et-num"[^>]*>(\w+)', page) == ["Fit", "Tested"]
    assert page.count('<td class="et-num"') == 4
    memo = SealedMemo("# Memo", FrontPage("", "", (), ()), text)
    (drawn,) = Document(io.BytesIO(as_docx(memo, "Memo"))).tables
    for row in drawn.rows:
        right = [cell.paragraphs[0].alignment is not None for cell in row.cells]
        assert right == [False, True, True, False, False]
