"""`import_requirements` as an operator meets it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.requirements import add_requirement
from tests.cast.common import category, evaluation, noor

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
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


def test_the_g_cloud_questions_come_in_once(where: Evaluation) -> None:
    first = run(where, GCLOUD)
    assert "new          315" in first
    assert where.requirements.count() == 315
    assert list(where.categories.values_list("name", flat=True)) == [
        "declaration",
        "services",
    ]
    second = run(where, GCLOUD)
    assert "new            0" in second
    assert "same         315" in second
    assert "nothing was written" in second
    assert where.requirements.count() == 315


def test_an_import_is_one_journal_entry_and_a_repeat_is_none(where: Evaluation) -> None:
    run(where, GCLOUD)
    run(where, GCLOUD)
    entry = Entry.objects.get(evaluation=where, action="requirements.imported")
    assert len(entry.after["new"]) == 315
    assert entry.after["file"] == GCLOUD.name
    assert entry.actor == where.owner


def test_a_dry_run_writes_nothing(where: Evaluation) -> None:
    said = run(where, GCLOUD, "--dry-run")
    assert "new          315" in said
    assert "nothing was written" in said
    assert where.requirements.count() == 0


def test_markup_goes_and_template_markers_stay(where: Evaluation) -> None:
    run(where, GCLOUD)
    texts = list(where.requirements.values_list("text", flat=True))
    assert not any("&nbsp;" in text or "<a href" in text for text in texts)
    assert any("(http://www.legislation.gov.uk/" in text for text in texts)


def test_a_file_with_problems_brings_nothing_and_names_rows(
    where: Evaluation, tmp_path: Path
) -> None:
    file = write(tmp_path / "r.csv", "ref,text\nR1,Runs\nR2,\nR1,Again\n")
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_requirements", where.slug, str(file), stderr=out)
    said = out.getvalue()
    assert "Row 3, column B: It has no text." in said
    assert "Row 4: The ref “R1” stands in row 2 already." in said
    assert "2 problems" in str(refused.value)
    assert where.requirements.count() == 0


def test_a_change_is_counted_and_journaled_with_before_and_after(
    where: Evaluation, tmp_path: Path
) -> None:
    run(where, write(tmp_path / "a.csv", "ref,text,priority,weight\nR1,Old,must,7\n"))
    said = run(where, write(tmp_path / "b.csv", "ref,text\nR1,New\n"))
    assert "changed        1" in said
    row = where.requirements.get(ref="R1")
    assert (row.text, row.priority, row.weight, row.revision) == ("New", "must", 7, 1)
    entry = Entry.objects.filter(evaluation=where).order_by("-number").first()
    assert entry is not None
    assert entry.before == {"R1": {"text": "Old"}}
    assert entry.after["changed"] == {"R1": {"text": "New"}}


def test_what_the_file_does_not_name_stays(where: Evaluation, tmp_path: Path) -> None:
    add_requirement(
        evaluation=where, category=category(where), ref="X", text="Y", by=where.owner
    )
    said = run(where, write(tmp_path / "a.csv", "ref,text\nR1,One\n"))
    assert "not in the file (X)" in " ".join(said.split())
    assert where.requirements.count() == 2


def test_only_the_owner_imports(where: Evaluation, tmp_path: Path) -> None:
    noor()
    file = write(tmp_path / "a.csv", "ref,text\nR1,One\n")
    with pytest.raises(CommandError, match="not yours"):
        run(where, file, "--as", "noor")
    assert where.requirements.count() == 0


@pytest.mark.parametrize(
    ("slug", "file", "options", "sentence"),
    [
        ("no-such", "a.csv", (), "There is no evaluation “no-such”"),
        ("", "b.csv", (), "There is no file"),
        ("", "a.csv", ("--as", "nobody"), "There is no user “nobody”"),
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
