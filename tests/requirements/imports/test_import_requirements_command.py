"""`import_requirements` as an operator meets it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories.common import evaluation, noor

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
GCLOUD = DATA / "questionnaire_gcloud_dos" / "derived_gcloud12_flat.csv"


@pytest.fixture
def where() -> Evaluation:
    return evaluation()


def run(where: Evaluation, file: Path, *options: str) -> str:
    out = StringIO()
    call_command(
        "import_requirements", where.slug, str(file), *options, stdout=out, stderr=out
    )
    return out.getvalue()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# One row may be a heading of the next, and five refs are longer than refs may be.
ANSWERS = ("--answer=row::29=row", "--answer=refused=leave")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_open_stops_it_and_is_named_with_its_answers",
)
def test_the_g_cloud_questions_come_in_once(where: Evaluation) -> None:
    dry = run(where, GCLOUD, *ANSWERS, "--dry-run")
    assert "new          310" in dry
    assert "nothing was written" in dry
    assert where.requirements.count() == 0
    assert "new          310" in run(where, GCLOUD, *ANSWERS)
    assert where.requirements.count() == 310
    again = run(where, GCLOUD, *ANSWERS)
    assert "same         310" in again
    assert "has all of it already" in again
    entry = Entry.objects.get(evaluation=where, action="requirements.imported")
    assert len(entry.after["new"]) == 310
    assert entry.after["file"] == GCLOUD.name
    assert entry.actor == where.owner
    texts = list(where.requirements.values_list("text", flat=True))
    assert not any("&nbsp;" in text or "<a href" in text for text in texts)
    assert any("(http://www.legislation.gov.uk/" in text for text in texts)


def test_what_is_open_stops_it_and_is_named_with_its_answers(
    where: Evaluation, tmp_path: Path
) -> None:
    file = write(tmp_path / "r.csv", "ref,text,priority\nR1,Runs,High\nR2,Is,must\n")
    out = StringIO()
    with pytest.raises(CommandError, match="1 thing to choose"):
        call_command("import_requirements", where.slug, str(file), stderr=out)
    assert "--answer 'words:priority:high=must'" in out.getvalue()
    assert where.requirements.count() == 0
    run(where, file, "--answer=words:priority:high=could")
    # What was said is remembered.
    run(where, write(tmp_path / "s.csv", "ref,text,priority\nR3,Goes,High\n"))
    priorities = where.requirements.order_by("ref").values_list("priority", flat=True)
    assert list(priorities) == ["could", "must", "could"]


def test_only_the_owner_imports(where: Evaluation, tmp_path: Path) -> None:
    noor()
    file = write(tmp_path / "a.csv", "ref,text\nR1,One\n")
    with pytest.raises(CommandError, match="not yours"):
        run(where, file, "--by", "noor")
    assert where.requirements.count() == 0


@pytest.mark.parametrize(
    ("slug", "file", "options", "sentence"),
    [
        ("no-such", "a.csv", (), "There is no evaluation “no-such”"),
        ("", "b.csv", (), "There is no file"),
        ("", "a.csv", ("--by", "nobody"), "There is no user “nobody”"),
    ],
)
def test_a_slip_in_the_command_is_told(
    where: Evaluation,
    tmp_path: Path,
    slug: str,
    file: str,
    options: tuple[str, ...],
    sentence: str,
) -> None:
    write(tmp_path / "a.csv", "ref,text\nR1,One\n")
    with pytest.raises(CommandError, match=sentence):
        call_command(
            "import_requirements", slug or where.slug, str(tmp_path / file), *options
        )
