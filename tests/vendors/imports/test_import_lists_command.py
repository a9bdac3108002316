"""`import_candidates` and `import_costs` as an operator meets them."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Evaluation
from tests.cast.common import evaluation, noor
from tests.cast.vendors import candidate
from vendors.models import CostLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    candidate(place, "Acme ML")
    return place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def run(command: str, where: Evaluation, file: Path, *options: str) -> str:
    """What the command says, of problems too."""
    out = StringIO()
    try:
        call_command(command, where.slug, str(file), *options, stdout=out, stderr=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def test_candidates_come_in_once(where: Evaluation, file: Path) -> None:
    file.write_text("Werkzeug,Seite\nInitech,https://initech.example\n")
    options = ("--column=Werkzeug=name", "--column=Seite=website", "--kind=build")
    assert "new            1" in run("import_candidates", where, file, *options)
    assert where.candidates.get(name="Initech").kind == "build"
    again = run("import_candidates", where, file, *options)
    assert "nothing was written" in again


def test_costs_come_in_with_what_the_file_does_not_say(
    where: Evaluation, file: Path
) -> None:
    file.write_text("Preis\n12.000\n")
    options = ["--column=Preis=likely", "--candidate=Acme ML", "--kind=licence"]
    said = run("import_costs", where, file, *options, "--recurrence=yearly")
    assert "--answer 'numbers:preis=1.234,56'" in said
    options += ["--recurrence=yearly", "--answer=numbers:preis=1.234,56"]
    assert "1" in run("import_costs", where, file, *options, "--dry-run")
    assert not CostLine.objects.exists()
    run("import_costs", where, file, *options)
    line = CostLine.objects.get()
    assert (line.likely, line.recurrence) == (Decimal(12_000), "yearly")


def test_unknown_candidates_are_left_out(where: Evaluation, file: Path) -> None:
    file.write_text("candidate,price,kind,due\nNobody,5,licence,once\n")
    assert "no candidate “Nobody”" in run("import_costs", where, file)
    said = run("import_costs", where, file, "--leave-out=unknown")
    assert "Left out as unknown: “Nobody”" in said


def test_what_cannot_hold_for_all_is_refused(where: Evaluation, file: Path) -> None:
    file.write_text("candidate,price\nAcme ML,5\n")
    said = run("import_costs", where, file, "--kind=beer")
    assert "“beer” is nothing for --kind. There are: licence" in said


@pytest.mark.parametrize("command", ["import_candidates", "import_costs"])
def test_only_the_owner_imports(where: Evaluation, file: Path, command: str) -> None:
    noor()
    file.write_text("candidate,price\nAcme ML,5\n")
    assert "not yours" in run(command, where, file, "--as=noor")
