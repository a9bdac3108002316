"""`import_claims` as an operator meets it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Entry, Evaluation
from tests.cast.common import evaluation, noor, requirement
from tests.cast.vendors import candidate, claim, enter, in_research, invited
from vendors.models import Claim
from vendors.services.claims import withdraw_claim

pytestmark = pytest.mark.django_db
TABLE = "Feature,Acme ML,Globex ML\nR1,yes,Cloud\nR2,[beta](http://a.b/c),no\n"


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    for ref in ("R1", "R2"):
        requirement(place, ref)
    for name in ("Acme ML", "Globex ML"):
        candidate(place, name)
    return enter(place, "research")


def run(where: Evaluation, file: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_claims", where.slug, str(file), *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_matrix_comes_in_once(where: Evaluation, file: Path) -> None:
    assert "new            4" in run(where, file)
    claims = {
        (row.candidate.name, row.requirement.ref): row for row in Claim.objects.all()
    }
    assert claims["Acme ML", "R1"].availability == "now"
    assert claims["Globex ML", "R1"].availability == "unstated"
    assert claims["Acme ML", "R2"].availability == "beta"
    assert claims["Acme ML", "R2"].evidence_url == "http://a.b/c"
    assert not any(row.by_vendor for row in claims.values())
    again = run(where, file)
    assert "same           4" in again
    assert "nothing was written" in again
    assert Claim.objects.count() == 4


def test_an_import_is_one_journal_entry(where: Evaluation, file: Path) -> None:
    run(where, file)
    run(where, file)
    entry = Entry.objects.get(evaluation=where, action="claims.imported")
    assert entry.after["new"]["Globex ML"]["R2"]["availability"] == "never"
    assert entry.actor == where.owner


def test_a_changed_cell_is_the_next_revision(where: Evaluation, file: Path) -> None:
    run(where, file)
    file.write_text("Feature,Acme ML\nR1,no\n", encoding="utf-8")
    assert "changed        1" in run(where, file)
    rows = Claim.objects.filter(candidate__name="Acme ML", requirement__ref="R1")
    assert [(row.revision, row.availability) for row in rows.order_by("revision")] == [
        (1, "now"),
        (2, "never"),
    ]
    assert rows.filter(superseded_at__isnull=True).get().revision == 2


def test_a_withdrawn_answer_may_come_back(where: Evaluation, file: Path) -> None:
    run(where, file)
    claimed = Claim.objects.get(candidate__name="Acme ML", requirement__ref="R1")
    withdraw_claim(
        candidate=claimed.candidate, requirement=claimed.requirement, by=where.owner
    )
    assert "new            1" in run(where, file)
    assert Claim.objects.filter(candidate=claimed.candidate).count() == 4


def test_a_dry_run_writes_nothing(where: Evaluation, file: Path) -> None:
    assert "would be imported" in run(where, file, "--dry-run")
    assert Claim.objects.count() == 0


def test_one_unknown_name_keeps_the_whole_file_out(
    where: Evaluation, file: Path
) -> None:
    file.write_text(TABLE + "R9,yes,yes\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was imported"):
        run(where, file)
    assert Claim.objects.count() == 0
    assert "refused        2" in run(where, file, "--leave-out=unknown")
    assert Claim.objects.count() == 4


def test_claims_wait_until_the_requirements_are_signed(file: Path) -> None:
    where = evaluation()
    requirement(where, "R1")
    requirement(where, "R2")
    candidate(where, "Acme ML")
    candidate(where, "Globex ML")
    with pytest.raises(CommandError, match="belongs to the research"):
        run(where, file)


def test_only_the_owner_imports(where: Evaluation, file: Path) -> None:
    noor()
    with pytest.raises(CommandError, match="not yours"):
        run(where, file, "--as", "noor")


def test_a_vendors_words_stay(file: Path) -> None:
    where = evaluation()
    asked = requirement(where, "R1")
    requirement(where, "R2")
    candidate(where, "Globex ML")
    in_research(where)
    claim(invited(where, "Acme ML"), asked, statement="Ours")
    with pytest.raises(CommandError):
        run(where, file)
    assert Claim.objects.get().statement == "Ours"
