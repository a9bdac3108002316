"""`import_candidates` and `import_costs` as an operator meets them."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Evaluation
from tests.cast.common import evaluation, noor
from tests.cast.vendors import candidate

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


@pytest.mark.parametrize("command", ["import_candidates"])
def test_only_the_owner_imports(where: Evaluation, file: Path, command: str) -> None:
    noor()
    file.write_text("candidate,price\nAcme ML,5\n")
    assert "not yours" in run(command, where, file, "--as=noor")
