"""A file is asked once for each candidate for which values its answers hold."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import add_list
from evaltracker.toolbox.tabular.open_books import read_table
from tests.cast.common import evaluation, requirement
from tests.cast.vendors import candidate, enter, in_research, invited
from tests.cast.vendors import claim as says
from tests.import_pages import Importer
from vendors.claims import EVERYWHERE
from vendors.fields import key_of
from vendors.imports import ClaimsPlan, plan_claims_import
from vendors.models import Claim
from vendors.services.sheets import import_claims, known_claims

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
TABLE = "Feature,Acme ML,Globex\nR1,yes,no\nR2,yes,yes\n"
NOW, NEVER = ["now", None], ["never", None]


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    for ref in ("R1", "R2"):
        requirement(place, ref)
    add_list(
        evaluation=place, name="Runs on", values=["AWS", "on premises"], by=place.owner
    )
    candidate(place, "Acme ML")
    candidate(place, "Globex")
    return enter(place, "research")


def plan(where: Evaluation, **said: Any) -> ClaimsPlan:
    book = read_table(TABLE.encode(), "c.csv")
    known = known_claims(evaluation=where)
    by_name = {name.replace("_", " "): values for name, values in said.items()}
    return plan_claims_import(book, known, holds_for=by_name)


def means(where: Evaluation) -> dict[tuple[str, str], Any]:
    rows = Claim.objects.in_evaluation(where).filter(superseded_at=None)
    return {
        (row.candidate.name, row.requirement.ref): row.holds_for
        and row.holds_for["means"]
        for row in rows
    }


def test_not_stated_leaves_all_open_but_a_never(where: Evaluation) -> None:
    import_claims(evaluation=where, plan=plan(where), by=where.owner)
    assert means(where) == {
        ("Acme ML", "R1"): None,
        ("Acme ML", "R2"): None,
        ("Globex", "R1"): {"Runs on": {"AWS": NEVER, "on premises": NEVER}},
        ("Globex", "R2"): None,
    }


def test_each_candidate_is_asked_for_and_the_same_file_changes_nothing(
    where: Evaluation,
) -> None:
    made = plan(where, Acme_ML="everywhere", Globex={"Runs on": ["AWS"]})
    import_claims(evaluation=where, plan=made, by=where.owner)
    assert means(where)["Acme ML", "R1"] == {
        "Runs on": {"AWS": NOW, "on premises": NOW}
    }
    assert means(where)["Globex", "R2"] == {"Runs on": {"AWS": NOW}}
    assert plan(where).counts["same"] == len(means(where))


def test_a_value_that_the_brief_does_not_name_is_refused(where: Evaluation) -> None:
    with pytest.raises(Invalid, match="“Azure” is not a value of “Runs on”"):
        plan(where, Acme_ML={"Runs on": ["Azure"]})


def test_a_vendors_own_words_are_not_replaced(where: Evaluation) -> None:
    in_research(where)
    says(invited(where, "Initech"), where.requirements.get(ref="R1"), "now")
    book = read_table(b"Feature,Initech\nR1,yes\n", "c.csv")
    known = known_claims(evaluation=where)
    made = plan_claims_import(book, known, holds_for={"Initech": "everywhere"})
    assert "a file cannot replace them" in str(made.problems[0])


def test_the_page_asks_and_the_preview_says_what_comes_in(where: Evaluation) -> None:
    desk = Importer(where, "claims", where.owner)
    body = desk.upload(TABLE)
    for value in ("AWS", "on premises", "everywhere"):
        assert value in body
    acme = where.candidates.get(name="Acme ML")
    form = {"step": "read", "header_row": "1", "shown_row": "1"}
    aws, all_of_them = key_of("Runs on", "AWS"), key_of("", EVERYWHERE)
    both = desk.say({**form, "holds_for": [aws, all_of_them]})
    assert "not both" in both.content.decode()
    desk.say({**form, "holds_for": [all_of_them], f"holds_for-{acme.pk}": [aws]})
    assert "checked" in desk.see()
    desk.say(desk.yes())
    assert means(where)["Acme ML", "R1"] == {"Runs on": {"AWS": NOW}}
    assert means(where)["Globex", "R2"] == {"Runs on": {"AWS": NOW, "on premises": NOW}}


def test_the_command_says_for_which_values_a_file_holds(
    where: Evaluation, tmp_path: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text(TABLE)
    import_file = partial(call_command, "import_claims", where.slug, str(file))
    with pytest.raises(CommandError, match="“Azure” is not a value of “Runs on”"):
        import_file("--holds-for", "Runs on: Azure")
    with pytest.raises(CommandError, match="“AWS” names no list"):
        import_file("--holds-for", "AWS")
    assert not Claim.objects.exists()
    import_file("--holds-for", "Runs on: AWS")
    assert means(where)["Acme ML", "R1"] == {"Runs on": {"AWS": NOW}}
