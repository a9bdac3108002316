"""Candidates and costs from spreadsheets: taken in, sealed, and taken back."""

import json
from decimal import Decimal
from typing import Any

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation, Import
from evaltracker.importing.rows import RowChange, RowLine
from evaltracker.importing.services.log import undo_import
from tests.cast import stakeholders
from tests.cast.common import evaluation
from tests.cast.vendors import candidate
from tests.clients import signed_in
from tests.import_pages import Importer
from vendors.imports.kinds import Costs
from vendors.models import CostLine, Vendor
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
OPTIONS = (
    "name,kind,vendor,summary\nAcme ML,buy,Acme,Trains\nMlflow,open source,,Free\n"
)
PRICES = "candidate,kind,price,due\nAcme ML,licence,731.25,monthly\n"


@pytest.fixture
def where() -> Evaluation:
    return evaluation()


def undo(where: Evaluation) -> None:
    last = Import.objects.filter(undone_at=None).order_by("-at")[0]
    undo_import(imported=last, by=where.owner)


def test_candidates_come_in_with_their_companies_and_go_again(
    where: Evaluation,
) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.take(OPTIONS)
    acme = where.candidates.get(name="Acme ML")
    assert (str(acme.vendor), acme.summary) == ("Acme", "Trains")
    desk.take("name,summary\nAcme ML,Trains and serves\n")
    undo(where)
    acme.refresh_from_db()
    assert acme.summary == "Trains"
    undo(where)
    assert not where.candidates.exists()
    assert not Vendor.objects.exists()
    assert set(
        Entry.objects.filter(evaluation=where).values_list("action", flat=True)
    ) >= {
        "candidates.imported",
        "candidates.put_back",
        "import.undone",
    }


def test_a_candidate_that_moved_on_or_has_a_price_stays(where: Evaluation) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.take(OPTIONS)
    acme = where.candidates.get(name="Acme ML")
    set_cost_line(candidate=acme, kind="exit", state="unsaid", by=where.owner)
    with pytest.raises(Refused, match="used since: Acme ML"):
        undo(where)
    shortlist(candidate=where.candidates.get(name="Mlflow"), by=where.owner)
    with pytest.raises(Refused, match="used since: Mlflow"):
        undo(where)
    assert where.candidates.count() == 2


def test_a_vendor_for_what_is_built_here_is_refused_whole(where: Evaluation) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.upload("name,kind,vendor\nOurs,build,Acme\n")
    assert desk.say(desk.yes()).status_code == 400
    assert not Vendor.objects.exists()
    assert not Import.objects.exists()


def test_costs_come_in_and_no_amount_is_written_where_others_read(
    where: Evaluation,
) -> None:
    candidate(where, "Acme ML")
    desk = Importer(where, "costs", where.owner)
    desk.take(PRICES)
    line = CostLine.objects.get()
    assert (str(line.likely), line.recurrence, line.currency) == (
        "731.2500",
        "monthly",
        where.currency,
    )
    told = Entry.objects.get(action="costs.imported")
    assert "731" not in json.dumps([told.before, told.after])
    desk.take(PRICES.replace("731.25", "800"))
    undo(where)
    line.refresh_from_db()
    assert str(line.likely) == "731.2500"
    undo(where)
    assert not CostLine.objects.exists()
    back = Entry.objects.filter(action="costs.put_back")
    assert "731" not in json.dumps([[entry.before, entry.after] for entry in back])


def test_a_price_that_was_changed_by_hand_stops_it(where: Evaluation) -> None:
    acme = candidate(where, "Acme ML")
    Importer(where, "costs", where.owner).take(PRICES)
    set_cost_line(candidate=acme, kind="licence", state="included", by=where.owner)
    with pytest.raises(Refused, match="since: Acme ML / licence"):
        undo(where)


def test_what_the_file_does_not_say_is_said_in_the_form(where: Evaluation) -> None:
    candidate(where, "Acme ML")
    desk = Importer(where, "costs", where.owner)
    body = desk.upload("part,price\nPM,125.44\n")
    assert "say below whose costs these" in body
    body = desk.read(candidate="Acme ML", kind="integration", recurrence="once")
    assert "Import 1 new" in body


@pytest.mark.parametrize("kind", ["candidates", "costs"])
def test_only_the_owner_imports(where: Evaluation, kind: str) -> None:
    stakeholders.stakeholders(where, "it")
    desk = Importer(where, kind, where.owner)
    for url in (desk.url, desk.url + "sheet.xlsx"):
        assert desk.client.get(url).status_code == 200
        assert signed_in(stakeholders.holder("it")).get(url).status_code == 403


def test_a_change_of_costs_is_told_in_the_words_of_the_page() -> None:
    line = RowLine(("Acme ML", "renewal_rise", ""), {}, "", 2)
    before: dict[str, Any] = {"likely": None, "pricing": "per_unit", "tiers": []}
    tiers = [{"above": "100", "low": "8", "likely": "8.5", "high": "9"}]
    after = {"likely": Decimal("5.0000"), "pricing": "percent", "tiers": tiers}
    kind = Costs()
    assert kind.name_of(line) == "Acme ML / renewal rise"
    assert list(kind.differing(RowChange(line, before, after))) == [
        ("likely", None, "5"),
        (
            "pricing",
            "One price for every unit",
            "% a year, on what is invoiced again",
        ),
        ("tiers", "", "100: 8 / 8.5 / 9"),
    ]
