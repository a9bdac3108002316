"""An old .xls is read apart, because its reader may end its whole process."""

from pathlib import Path

import pytest

from evaltracker.rows.guards import Unreadable
from evaltracker.rows.sources import read_table

PRICES = Path(__file__).parents[1] / "data" / "price_sheets_gsa"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_sources_of_open_documents.py"
    "::test_numbers_and_days_are_marked",
)
def test_an_old_workbook_is_read_with_its_hidden_sheet_named() -> None:
    book = read_table(PRICES / "03FAC_template.xls")
    assert [sheet.name for sheet in book.visible][:2] == [
        "Instructions",
        "Service Pricing",
    ]
    assert book.remarks == ("The hidden sheet was not read: “ED List”.",)
    assert book.visible[1].rows[0].cell(0) == "SIN(s) Proposed"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_sources_of_open_documents.py"
    "::test_numbers_and_days_are_marked",
)
def test_numbers_of_an_old_workbook_read_as_people_see_them() -> None:
    sheet = read_table(PRICES / "MAS_test.xls").sheets[0]
    assert sheet.rows[1].cell(6) == "3"
    assert 6 in sheet.rows[1].numbers


@pytest.mark.parametrize("keep", [600, 3_000, 9_000])
def test_a_cut_off_old_workbook_is_damaged(keep: int) -> None:
    content = (PRICES / "MAS_test.xls").read_bytes()[:keep]
    with pytest.raises(Unreadable):
        read_table(content, "a.xls")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_cut_off_old_workbook_is_damaged[9000]",
)
def test_a_workbook_that_asks_for_all_memory_is_only_damaged() -> None:
    content = bytearray((PRICES / "MAS_test.xls").read_bytes())
    content[6029] = 242  # of a cell's row: the reader would allocate 17 GB
    with pytest.raises(Unreadable, match="damaged"):
        read_table(bytes(content), "a.xls")
