"""`import_candidates` as an operator meets it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Evaluation
from tests.factories.common import evaluation, noor

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    return evaluation()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("Werkzeug,Seite\nInitech,https://initech.example\n")
    return path


def run(where: Evaluation, file: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_candidates", where.slug, str(file), *options, stdout=out)
    return out.getvalue()


def test_candidates_come_in_once(where: Evaluation, file: Path) -> None:
    options = (
        "--answer=column::0=candidate",
        "--answer=column::1=website",
        "--answer=all:kind=build",
    )
    assert "new            1" in run(where, file, *options)
    row = where.candidates.get()
    assert (row.name, row.kind, row.website) == (
        "Initech",
        "build",
        "https://initech.example",
    )
    # Its columns are remembered.
    assert "has all of it already" in run(where, file)


def test_only_the_owner_imports(where: Evaluation, file: Path) -> None:
    noor()
    with pytest.raises(CommandError, match="not yours"):
        run(where, file, "--by=noor")
