"""The service behind an import: rights, moments, and a plan that must still hold."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.importing.services.imports import undo_import
from evaltracker.requirements.services.requirements import (
    change_requirement,
    import_requirements,
    retire_requirement,
)
from evaltracker.requirements.services.scopes import add_list
from evaltracker.rows.plan import ImportPlan
from tests.clients import signed_in
from tests.factories import common
from tests.factories.vendors import candidate, enter
from tests.imported import plan_of, take
from vendors.services.claims import note_claim

pytestmark = pytest.mark.django_db
KIND = "requirements"
HEADS = "Ref,Category,Requirement,Priority,Weight"


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def plan(where: Evaluation, table: str, **answers: str) -> ImportPlan:
    return plan_of(KIND, where, table, answers)


def counts(made: ImportPlan) -> tuple[int, int, int]:
    return len(made.new), len(made.changed), len(made.same)


def test_an_import_is_one_entry_and_the_same_again_is_none(where: Evaluation) -> None:
    table = f"{HEADS}\nR1,Training,Trains on GPUs,must,7\nR2,Serving,Serves,,\n"
    take(KIND, where, table)
    rows = where.requirements.order_by("ref").values_list(
        "ref", "category__name", "text", "priority", "weight"
    )
    assert list(rows) == [
        ("R1", "Training", "Trains on GPUs", "must", 7),
        ("R2", "Serving", "Serves", "should", 5),
    ]
    again = plan(where, table)
    assert counts(again) == (0, 0, 2)
    assert again.is_certain
    assert take(KIND, where, table) is None
    entry = Entry.objects.get(evaluation=where, action="requirements.imported")
    assert [*entry.after["new"]] == ["R1", "R2"]
    assert entry.actor == where.owner


def test_a_change_is_journaled_with_before_and_after_and_no_other_field(
    where: Evaluation,
) -> None:
    take(KIND, where, f"{HEADS}\nR1,A,Old,must,7\nR2,A,Kept,must,7\n")
    take(KIND, where, "Ref,Requirement\nR1,New\n")
    row = where.requirements.get(ref="R1")
    assert (row.text, row.priority, row.weight, row.revision) == ("New", "must", 7, 1)
    assert where.requirements.count() == 2
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert entry.before == {"R1": {"text": "Old"}}
    assert entry.after["changed"] == {"R1": {"text": "New"}}


def test_new_words_after_the_requirements_stage_are_a_new_revision(
    where: Evaluation,
) -> None:
    take(KIND, where, "Ref,Requirement\nR1,Old\nR2,Same\n")
    enter(where, "research")
    take(KIND, where, "Ref,Requirement\nR1,New\nR2,Same\nR3,Late\n")
    revisions = where.requirements.order_by("ref").values_list("revision", flat=True)
    assert list(revisions) == [2, 1, 1]


def test_weights_are_not_changed_once_vendors_are_seen(where: Evaluation) -> None:
    take(KIND, where, "Ref,Requirement,Weight\nR1,a,5\n")
    enter(where, "research")
    with pytest.raises(Refused, match="belongs to the requirements stage"):
        take(KIND, where, "Ref,Requirement,Weight\nR1,a,9\n")


def test_nothing_is_imported_after_research(where: Evaluation) -> None:
    enter(where, "demos")
    with pytest.raises(Refused):
        take(KIND, where, "Ref,Requirement\nR1,a\n")


def test_a_stranger_imports_nothing(where: Evaluation) -> None:
    made = plan(where, "Ref,Requirement\nR1,a\n")
    with pytest.raises(Forbidden):
        import_requirements(evaluation=where, plan=made, by=common.noor())


def test_a_plan_that_is_no_longer_true_is_refused(where: Evaluation) -> None:
    early = plan(where, "Ref,Requirement\nR1,a\n")
    take(KIND, where, "Ref,Requirement\nR1,b\n")
    with pytest.raises(Stale, match="changed since") as refused:
        import_requirements(evaluation=where, plan=early, by=where.owner)
    assert refused.value.difference == "R1"
    change = plan(where, "Ref,Requirement\nR1,c\n")
    take(KIND, where, "Ref,Requirement\nR1,d\n")
    with pytest.raises(Stale):
        import_requirements(evaluation=where, plan=change, by=where.owner)


def test_a_plan_with_something_open_is_refused(where: Evaluation) -> None:
    made = plan(where, "Ref,Requirement,Priority\nR1,a,High\nR2,b,must\n")
    assert [line.key for line in made.open] == ["words:priority:high"]
    with pytest.raises(Invalid, match="still to choose"):
        import_requirements(evaluation=where, plan=made, by=where.owner)
    assert not where.requirements.exists()
    take(
        KIND,
        where,
        "Ref,Requirement,Priority\nR1,a,High\nR2,b,must\n",
        {"words:priority:high": "could"},
    )
    assert where.requirements.get(ref="R1").priority == "could"


def test_a_retired_requirement_is_not_revived(where: Evaluation) -> None:
    take(KIND, where, "Ref,Requirement\nR1,a\n")
    row = where.requirements.get()
    retire_requirement(requirement=row, reason="Not needed.", by=where.owner)
    (refusal,) = plan(where, "Ref,Requirement\nR1,a\n").refused
    assert "was retired here" in refusal.sentence


def test_categories_come_along_and_existing_ones_are_used(where: Evaluation) -> None:
    table = "Ref,Requirement,Category\nR1,a,Security\nR2,b,\n"
    take(KIND, where, table, {"above::2": "blank"})
    take(KIND, where, "Ref,Requirement,Category\nR2,b,Security\n")
    names = set(where.categories.values_list("name", flat=True))
    assert names == {"Security", "General"}
    assert where.requirements.get(ref="R2").category.name == "Security"


def test_rows_without_a_ref_are_found_by_their_text_or_numbered(
    where: Evaluation,
) -> None:
    take(KIND, where, "Requirement\nThe service keeps logs.\nAccess is reviewed.\n")
    refs = where.requirements.values_list("ref", flat=True)
    assert sorted(refs) == ["R1", "R2"]
    made = plan(where, "Requirement\nKeys are changed.\nAccess is reviewed.\n")
    assert [record.name for record in made.new] == ["R3"]
    assert [record.name for record in made.same] == ["R2"]


def test_undoing_takes_back_what_is_new_and_puts_back_what_changed(
    where: Evaluation,
) -> None:
    take(KIND, where, "Ref,Requirement\nR1,Old\n")
    done = take(KIND, where, "Ref,Requirement,Category\nR1,New,\nR2,b,Added\n")
    assert done is not None
    undo_import(imported=done, by=where.owner)
    assert where.requirements.get().text == "Old"
    assert set(where.categories.values_list("name", flat=True)) == {"General"}


def test_what_somebody_changed_since_is_not_undone(where: Evaluation) -> None:
    done = take(KIND, where, "Ref,Requirement\nR1,Old\n")
    assert done is not None
    change_requirement(
        requirement=where.requirements.get(), text="By hand", by=where.owner
    )
    with pytest.raises(Refused, match="R1"):
        undo_import(imported=done, by=where.owner)


def test_lists_of_the_brief_are_marked_and_put_back(where: Evaluation) -> None:
    for name in ("Runs on", "Languages"):
        add_list(evaluation=where, name=name, values=["a", "b"], by=where.owner)
    table = "Ref,Requirement,Must hold for\nR1,Trains,Languages; Runs on\nR2,Serves,\n"
    done = take(KIND, where, table)
    held = where.requirements.get(ref="R1").demands.values_list("scope__name")
    assert sorted(name for (name,) in held) == ["Languages", "Runs on"]
    assert counts(plan(where, table)) == (0, 0, 2)
    assert done is not None
    undo_import(imported=done, by=where.owner)
    assert not where.requirements.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_rows_without_a_ref_are_found_by_their_text_or_numbered",
)
def test_pages_tell_the_first_of_what_thousands_of_rows_changed(
    where: Evaluation,
) -> None:
    many = "".join(f"R{number},Need {number},must\n" for number in range(50))
    take(KIND, where, f"Ref,Requirement,Priority\n{many}")
    client = signed_in(where.owner)
    journal = client.get(f"/admin/e/{where.slug}/journal/").content.decode()
    assert "R19: text Need 19; priority must" in journal
    assert "and 30 more, which the export has" in journal
    assert "Need 20" not in journal
    overview = client.get(f"/admin/e/{where.slug}/").content.decode()
    # The first few stand above the folded list; each has its sentence and its link.
    assert overview.count("it moves no metric and has no excuse.</span>") == 2 * (
        4 + 20
    )
    assert "And 30 more, shown as these are settled." in overview


def test_a_row_that_was_answered_stops_undoing(where: Evaluation) -> None:
    done = take(KIND, where, "Ref,Requirement\nR1,One\n")
    option = candidate(where, "Acme ML")
    enter(where, "research")
    asked = where.requirements.get()
    note_claim(candidate=option, requirement=asked, statement="x", by=where.owner)
    assert done is not None
    with pytest.raises(Refused, match="used since: R1"):
        undo_import(imported=done, by=where.owner)


def test_words_that_were_published_are_put_back_as_a_new_revision(
    where: Evaluation,
) -> None:
    take(KIND, where, "Ref,Requirement\nR1,One\n")
    enter(where, "research")
    done = take(KIND, where, "Ref,Requirement\nR1,Other\n")
    assert done is not None
    undo_import(imported=done, by=where.owner)
    row = where.requirements.get()
    assert (row.text, row.revision) == ("One", 3)


def test_an_empty_sheet_is_filled_in_and_comes_back_with_no_question(
    where: Evaluation,
) -> None:
    url = f"/admin/e/{where.slug}/import/requirements/sheet.xlsx"
    book = load_workbook(BytesIO(signed_in(where.owner).get(url).content))
    sheet = book.worksheets[0]
    row = max(cell.row for cells in sheet for cell in cells if cell.value == "Ref")
    names = {cell.value: cell.column for cell in sheet[row]}
    sheet.cell(row + 1, names["Ref"], "1.10")
    sheet.cell(row + 1, names["Requirement"], "Trains on GPUs")
    sheet.cell(row + 1, names["Priority"], "must")
    target = BytesIO()
    book.save(target)
    made = plan_of(KIND, where, target.getvalue(), name="sheet.xlsx")
    assert not made.open
    assert [record.name for record in made.new] == ["1.10"]
