"""A foreign table that LibreOffice saved in its own way comes in the same."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.programs import find_program, needs_program
from tests.rows.foreign import FOLDER, Person, differences, expected_of_files

OFFICE = find_program("soffice")
SECONDS = 300
ONE = "one"
NIGHTLY = pytest.mark.nightly(
    reason="all tables, three times; each push has one saved, as .ods",
    short=f"[{ONE}]",
)
KINDS: dict[str, Any] = {ONE: (), "ods": NIGHTLY, "xlsx": NIGHTLY, "xls": NIGHTLY}
pytestmark = needs_program("soffice")


def books(kind: str) -> list[str]:
    """The tables that are saved anew: the first with each push, all at night."""
    names = [name for name in expected_of_files() if name.endswith((".xlsx", ".ods"))]
    return names[:1] if kind == ONE else names


@pytest.fixture(scope="module")
def resaved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with those tables, saved anew as that kind of workbook."""
    folder = tmp_path_factory.mktemp(request.param)
    profile = (tmp_path_factory.mktemp("profile")).as_uri()
    ending = "ods" if request.param == ONE else request.param
    command = [
        *(str(OFFICE), "--headless", f"-env:UserInstallation={profile}"),
        *("--convert-to", ending, "--outdir", str(folder)),
        *(str(FOLDER / "files" / name) for name in books(request.param)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


@pytest.mark.parametrize(
    ("kind", "resaved"),
    [pytest.param(kind, kind, marks=mark, id=kind) for kind, mark in KINDS.items()],
    indirect=["resaved"],
)
def test_a_table_that_libreoffice_saved_says_the_same(
    kind: str, resaved: Path, subtests: pytest.Subtests
) -> None:
    assert books(kind)
    for name in books(kind):
        with subtests.test(name):
            file = next(resaved.glob(f"{name.rpartition('.')[0]}.*"))
            expected = expected_of_files()[name]
            plan = Person(file.name, expected, content=file.read_bytes()).ends()
            assert plan.open or differences(file.name, plan, expected) == []
