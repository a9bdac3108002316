"""A foreign table that LibreOffice saved in its own way comes in the same."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs import needs_program
from tests.rows.foreign import EXPECTED, FOLDER, Person, differences

OFFICE = shutil.which("soffice")
SECONDS = 300
BOOKS = [name for name in EXPECTED["files"] if name.endswith((".xlsx", ".ods"))]
KINDS = ("ods", "xlsx", "xls")
ONE = "one"
pytestmark = needs_program("soffice")


def books_and_kinds() -> Iterator[Any]:
    """One table as one kind of workbook with each push, all as each kind at night."""
    yield pytest.param(BOOKS[0], ONE, id=ONE)
    nightly = pytest.mark.nightly(
        reason="all tables, three times; each push has one saved, as .ods",
        short=f"[{ONE}]",
    )
    for kind in KINDS:
        for name in BOOKS:
            yield pytest.param(name, kind, id=f"{kind}-{name}", marks=nightly)


@pytest.fixture(scope="module")
def resaved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with all tables, saved anew as one kind of workbook; or with one."""
    kind, books = request.param, BOOKS
    if kind == ONE:
        kind, books = KINDS[0], BOOKS[:1]
    folder = tmp_path_factory.mktemp(kind)
    profile = (tmp_path_factory.mktemp("profile")).as_uri()
    command = [
        *(str(OFFICE), "--headless", f"-env:UserInstallation={profile}"),
        *("--convert-to", kind, "--outdir", str(folder)),
        *(str(FOLDER / "files" / name) for name in books),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


@pytest.mark.parametrize(("name", "resaved"), books_and_kinds(), indirect=["resaved"])
def test_a_table_that_libreoffice_saved_says_the_same(name: str, resaved: Path) -> None:
    file = next(resaved.glob(f"{name.rpartition('.')[0]}.*"))
    expected = EXPECTED["files"][name]
    plan = Person(file.name, expected, content=file.read_bytes()).ends()
    assert plan.open or differences(file.name, plan, expected) == []
