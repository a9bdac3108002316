"""The service behind an import: rights, moments, and a plan that must still hold."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.importing.plan import ImportPlan
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.requirements.services.requirements import (
    import_requirements,
    known_requirements,
    retire_requirement,
)
from evaltracker.toolbox.tabular.open_books import read_table
from tests.cast.common import evaluation, noor
from tests.cast.vendors import enter
from tests.clients import signed_in

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def plan(where: Evaluation, table: str) -> ImportPlan:
    book = read_table(table.encode(), "r.csv")
    return plan_requirements_import(book, known_requirements(evaluation=where))


def take(where: Evaluation, table: str) -> dict[str, int]:
    return import_requirements(
        evaluation=where, plan=plan(where, table), by=where.owner
    )


def test_new_words_after_the_requirements_stage_are_a_new_revision() -> None:
    where = evaluation()
    take(where, "ref,text\nR1,Old\nR2,Same\n")
    enter(where, "research")
    take(where, "ref,text\nR1,New\nR2,Same\nR3,Late\n")
    revisions = where.requirements.order_by("ref").values_list("revision", flat=True)
    assert list(revisions) == [2, 1, 1]


def test_weights_are_not_changed_once_vendors_are_seen() -> None:
    where = evaluation()
    take(where, "ref,text,weight\nR1,a,5\n")
    enter(where, "research")
    with pytest.raises(Refused, match="belongs to the requirements stage"):
        take(where, "ref,text,weight\nR1,a,9\n")


def test_nothing_is_imported_after_research() -> None:
    where = enter(evaluation(), "demos")
    with pytest.raises(Refused):
        take(where, "ref,text\nR1,a\n")


def test_a_stranger_and_an_operator_import_nothing() -> None:
    where = evaluation()
    with pytest.raises(Forbidden):
        import_requirements(
            evaluation=where, plan=plan(where, "ref,text\nR1,a\n"), by=noor()
        )


def test_a_plan_that_is_no_longer_true_is_refused() -> None:
    where = evaluation()
    early = plan(where, "ref,text\nR1,a\n")
    take(where, "ref,text\nR1,b\n")
    with pytest.raises(Stale, match="changed since") as refused:
        import_requirements(evaluation=where, plan=early, by=where.owner)
    assert refused.value.difference == "R1"
    change = plan(where, "ref,text\nR1,c\n")
    take(where, "ref,text\nR1,d\n")
    with pytest.raises(Stale):
        import_requirements(evaluation=where, plan=change, by=where.owner)


def test_a_plan_with_problems_is_refused_with_all_of_them() -> None:
    where = evaluation()
    with pytest.raises(Invalid) as refused:
        take(where, "ref,text\nR1,\nR1,\n,x\n")
    assert len(refused.value.errors["file"]) == 2
    assert not where.requirements.exists()
    assert not Entry.objects.filter(action="requirements.imported").exists()


def test_a_retired_requirement_is_not_revived() -> None:
    where = evaluation()
    take(where, "ref,text\nR1,a\n")
    retire_requirement(
        requirement=where.requirements.get(), reason="Not needed.", by=where.owner
    )
    with pytest.raises(Invalid, match="was retired here"):
        take(where, "ref,text\nR1,a\n")


def test_categories_come_along_and_existing_ones_are_used() -> None:
    where = evaluation()
    take(where, "ref,text,category\nR1,a,Security\nR2,b,\n")
    take(where, "ref,text,category\nR2,b,Security\n")
    assert set(where.categories.values_list("name", flat=True)) == {
        "Security",
        "General",
    }
    assert where.requirements.get(ref="R2").category.name == "Security"


def test_pages_tell_the_first_of_what_thousands_of_rows_changed() -> None:
    where = evaluation()
    many = "".join(f"R{number},Need {number},must\n" for number in range(50))
    take(where, f"ref,text,priority\n{many}")
    client = signed_in(where.owner)
    journal = client.get(f"/admin/e/{where.slug}/journal/").content.decode()
    assert "R19: text Need 19; priority must" in journal
    assert "and 30 more, which the export has" in journal
    assert "Need 20" not in journal
    overview = client.get(f"/admin/e/{where.slug}/").content.decode()
    assert overview.count("it moves no metric and has no excuse.</span>") == 2 * 20
    assert "And 30 more, shown as these are settled." in overview
