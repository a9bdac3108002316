"""A foreign table that LibreOffice saved in its own way comes in the same."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.programs import find_program, needs_program
from tests.rows.foreign import FOLDER, Person, differences, expected_of_files

OFFICE = find_program("soffice")
# By table what its formulas say, which have no values until LibreOffice counts them.
COUNTED = {"law_fr.xlsx": "category"}
SECONDS = 300
pytestmark = [
    needs_program("soffice"),
    pytest.mark.nightly(
        reason="each push reads what a library saved as .ods and .xlsx",
        short="tests/rows/test_foreign.py"
        "::test_a_foreign_table_comes_in_as_it_is_meant",
    ),
]


def books() -> list[str]:
    """The tables that are workbooks."""
    return [name for name in expected_of_files() if name.endswith((".xlsx", ".ods"))]


def without_counted(name: str, expected: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is expected of a table but for what LibreOffice alone can know."""
    rows = [
        {field: value for field, value in row.items() if field != COUNTED.get(name)}
        for row in expected["comes"] or ()
    ]
    return {**expected, "comes": rows}


@pytest.fixture(params=["ods", "xlsx", "xls"])
def resaved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with all tables, saved anew as one kind of workbook."""
    folder: Path = tmp_path / request.param
    profile = (tmp_path / "profile").as_uri()
    command = [
        *(str(OFFICE), "--headless", f"-env:UserInstallation={profile}"),
        *("--convert-to", request.param, "--outdir", str(folder)),
        *(str(FOLDER / "files" / name) for name in books()),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


def test_a_table_that_libreoffice_saved_says_the_same(
    resaved: Path, subtests: pytest.Subtests
) -> None:
    assert books()
    for name in books():
        with subtests.test(name):
            file = next(resaved.glob(f"{name.rpartition('.')[0]}.*"))
            expected = without_counted(name, expected_of_files()[name])
            plan = Person(file.name, expected, content=file.read_bytes()).ends()
            assert plan.open or differences(file.name, plan, expected) == []
