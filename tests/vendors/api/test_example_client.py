"""The program of the docs, against a server: published data in, a receipt out."""

import csv
import datetime
import importlib.util
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from evaltracker.evaluations.models import Evaluation, Requirement
from tests.factories import common, vendors
from tests.vendors.api.conftest import Party
from vendors.models import Claim

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "docs" / "examples" / "submit_claims.py"
LEVELS = {"supports": "now", "partially-supports": "on_request"}
HEADS = ("Requirement", "Availability", "Statement", "Environments", "Evidence URL")

NOW = ["now", None]

type Row = tuple[str, str, str, str, str]


def program() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("submit_claims", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_of(name: str) -> list[dict[str, str]]:
    path = ROOT / "tests" / "data" / name / "derived_claims_long.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def accessibility() -> dict[str, list[Row]]:
    """740 claims of four products on accessibility."""
    found: dict[str, list[Row]] = {}
    for row in rows_of("vendor_claims_openacr"):
        ref = f"{row['chapter']} {row['criterion']} {row['component']}"
        availability = LEVELS.get(row["level"], "never")
        words = row["notes"] or row["level"]
        found.setdefault(row["product"], []).append(
            (ref, availability, words, row["component"], "")
        )
    return found


def platforms() -> dict[str, list[Row]]:
    """180 claims of twelve platforms, with links."""
    found: dict[str, list[Row]] = {}
    for row in rows_of("ml_platform_matrix"):
        link = re.search(r"https?://[^\s,;|]+", row["evidence_urls"])
        words = row["statement_text"] or row["label"]
        found.setdefault(row["platform"], []).append(
            (row["requirement_id"], "now", words, "", link[0] if link else "")
        )
    return found


def write_csv(path: Path, rows: Iterable[Row]) -> Path:
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *rows])
    return path.with_suffix(".csv")


def write_xlsx(path: Path, rows: Iterable[Row]) -> Path:
    book = Workbook()
    for row in [HEADS, *rows]:
        book.worksheets[0].append(row)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def asking(refs: Iterable[str]) -> Evaluation:
    """An evaluation that asks for each of these."""
    made = common.evaluation()
    group = common.category(made)
    Requirement.objects.bulk_create(
        Requirement(evaluation=made, category=group, ref=ref, text=ref, position=at)
        for at, ref in enumerate(refs)
    )
    return vendors.in_research(made)


@pytest.mark.parametrize(
    ("source", "write", "total"),
    [
        pytest.param(accessibility, write_csv, 740, id="accessibility"),
        pytest.param(
            *(platforms, write_xlsx, 180),
            id="platforms",
            marks=pytest.mark.nightly(
                reason="twelve companies by workbooks; each push sends four by CSV",
                short="[accessibility]",
            ),
        ),
    ],
)
def test_published_claims_are_taken_read_back_equal_and_receipted(
    source: Callable[[], dict[str, list[Row]]],
    write: Callable[[Path, Iterable[Row]], Path],
    total: int,
    live_server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parties = source()
    where = asking(dict.fromkeys(row[0] for rows in parties.values() for row in rows))
    run = program().main
    for number, (name, rows) in enumerate(parties.items()):
        company = vendors.vendor(name)
        candidate = vendors.invited(where, name, vendor=company)
        party = Party(candidate, vendors.token(company))
        monkeypatch.setenv("EVALTRACKER_TOKEN", party.token)
        file = write(tmp_path / str(number), rows)
        assert run([live_server.url, str(file), "--hand-in"]) == 0
        assert f"{len(rows)} new, 0 unchanged" in (said := capsys.readouterr().out)
        assert "verified" in said
        back = party.call("GET", f"{party.home}claims/?limit=1000").json()["results"]
        got = {
            (
                row["requirement"],
                row["availability"],
                row["statement"],
                ";".join(row["environments"]),
                row["evidence_url"],
            )
            for row in back
        }
        assert got == {tuple(cell.strip() for cell in row) for row in rows}
        assert run([live_server.url, str(file)]) == 0
        assert f"0 new, {len(rows)} unchanged" in capsys.readouterr().out
    assert Claim.objects.count() == total


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_a_wrong_row_is_told_by_its_requirement_and_nothing_is_taken(
    acme: Party,
    live_server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EVALTRACKER_TOKEN", acme.token)
    rows = [("R1", "now", "Yes.", "", ""), ("R2", "soon", "Yes.", "", "")]
    file = write_csv(tmp_path / "claims", rows)
    assert program().main([live_server.url, str(file)]) == 1
    assert "R2: #/claims/1/availability" in capsys.readouterr().err
    assert not Claim.objects.exists()
    monkeypatch.setenv("EVALTRACKER_TOKEN", "evt_wrong")
    assert program().main([live_server.url, str(file)]) == 1
    assert "valid token" in capsys.readouterr().err


def test_a_day_of_a_workbook_and_lists_are_read(tmp_path: Path) -> None:

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([*HEADS, "Available from"])
    day = datetime.date(2040, 3, 1)
    sheet.append(["R1", "On request", "x", "aws; gcp", None, day])
    book.save(tmp_path / "claims.xlsx")
    assert program().read_claims(tmp_path / "claims.xlsx") == [
        {
            "requirement": "R1",
            "availability": "on_request",
            "available_from": "2040-03-01",
            "environments": ["aws", "gcp"],
            "statement": "x",
            "evidence_url": "",
            "holds_for": None,
            "number": None,
        }
    ]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Everywhere", {"AWS": NOW, "on premises": NOW}),
        ("Runs on: AWS", {"AWS": NOW}),
        (
            "Runs on: AWS = now, on premises = planned 2040-03-01",
            {"AWS": NOW, "on premises": ["planned", "2040-03-01"]},
        ),
        (
            "Runs on: everywhere = On request",
            {"AWS": ["on_request", None], "on premises": ["on_request", None]},
        ),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[Runs on: AWS = now, on premises = planned 2040-03-01-means2]",
)
def test_a_row_says_for_which_values_it_holds(
    said: str, means: Any, send: Callable[[str], int]
) -> None:
    assert send(said) == 0
    held: Any = Claim.objects.get().holds_for
    assert held["means"] == {"Runs on": means}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("AWS", "names no list"),
        ("Runs on: AWS = now, on premises", "an answer of its own, or none"),
        ("Runs on: everywhere, AWS", "R1: #/claims/0/holds_for"),
        ("Runs on: Azure", "is not a value of “Runs on”"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[Runs on: everywhere, AWS-R1: #/claims/0/holds_for]",
)
def test_values_that_are_not_understood_are_told(
    said: str, words: str, send: Callable[[str], int], capsys: Any
) -> None:
    assert send(said) == 1
    assert words in capsys.readouterr().err
    assert not Claim.objects.exists()


@pytest.fixture
def send(
    acme: Party, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], int]:
    """Send and hand in one row with these values; the program's exit code."""
    monkeypatch.setenv("EVALTRACKER_TOKEN", acme.token)

    def run(holds_for: str) -> int:
        file = tmp_path / "claims.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            heads = (*HEADS, "Holds for")
            csv.writer(out).writerows([heads, ("R1", "now", "x", "", "", holds_for)])
        status: int = program().main([live_server.url, str(file), "--hand-in"])
        return status

    return run


def test_more_than_a_call_takes_is_sent_in_parts() -> None:
    parts = program().batches([{"statement": "x" * 5_000}] * 2_500)
    assert sum(map(len, parts)) == 2_500
    assert max(map(len, parts)) <= 1_000
    assert all(len(str(part)) < 2 * 1024 * 1024 for part in parts)
