"""A foreign table that LibreOffice saved in its own way comes in the same."""

import subprocess
from pathlib import Path

import pytest

from tests.programs import find_program, needs_program
from tests.rows.foreign import EXPECTED, FOLDER, Person, differences

OFFICE = find_program("soffice")
SECONDS = 300
BOOKS = [name for name in EXPECTED["files"] if name.endswith((".xlsx", ".ods"))]
pytestmark = [
    needs_program("soffice", package="libreoffice-calc"),
    pytest.mark.nightly(
        reason="each push reads what a library saved as .ods and .xlsx"
    ),
]


@pytest.fixture(scope="module", params=["ods", "xlsx", "xls"])
def resaved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with all tables, saved anew as one kind of workbook."""
    folder = tmp_path_factory.mktemp(request.param)
    profile = (tmp_path_factory.mktemp("profile")).as_uri()
    command = [
        *(str(OFFICE), "--headless", f"-env:UserInstallation={profile}"),
        *("--convert-to", request.param, "--outdir", str(folder)),
        *(str(FOLDER / "files" / name) for name in BOOKS),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


@pytest.mark.parametrize("name", BOOKS)
def test_a_table_that_libreoffice_saved_says_the_same(name: str, resaved: Path) -> None:
    file = next(resaved.glob(f"{name.rpartition('.')[0]}.*"))
    expected = EXPECTED["files"][name]
    plan = Person(file.name, expected, content=file.read_bytes()).ends()
    assert plan.open or differences(file.name, plan, expected) == []
