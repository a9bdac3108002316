"""Costs of a file become lines, sealed as all prices are, and go again."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.errors import Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.importing.kinds import KINDS
from evaltracker.rows.subjects import ParsedRecord
from tests.factories.common import evaluation, noor
from tests.factories.vendors import candidate
from tests.imported import plan_of, take_in, undo_last
from vendors.models import CostLine
from vendors.services.costs import import_costs, set_cost_line

pytestmark = pytest.mark.django_db
PRICES = (
    "Candidate,Kind of cost,Likely amount,Falls due,Currency\n"
    "Acme ML,licence,731.25,monthly,EUR\n"
)


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    candidate(place, "Acme ML", aliases=["AML"])
    candidate(place, "Globex")
    return place


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_change_is_told_in_the_words_of_the_page",
)
def test_no_amount_is_written_where_others_read(where: Evaluation) -> None:
    take_in("costs", where, PRICES)
    line = CostLine.objects.get()
    assert (line.low, line.likely, line.high) == (Decimal("731.25"),) * 3
    assert (line.recurrence, line.currency, line.said_by) == ("monthly", "EUR", "file")
    told = Entry.objects.get(action="costs.imported")
    assert "731" not in json.dumps([told.before, told.after])
    take_in("costs", where, PRICES.replace("731.25", "800"))
    undo_last(where)
    line.refresh_from_db()
    assert (line.low, line.likely) == (Decimal("731.25"),) * 2
    undo_last(where)
    assert not CostLine.objects.exists()
    back = Entry.objects.filter(action="costs.put_back")
    assert "731" not in json.dumps([[entry.before, entry.after] for entry in back])


def test_a_price_that_was_changed_by_hand_stops_it(where: Evaluation) -> None:
    take_in("costs", where, PRICES)
    acme = where.candidates.get(name="Acme ML")
    set_cost_line(candidate=acme, kind="licence", state="included", by=where.owner)
    with pytest.raises(Refused, match="since: Acme ML / licence"):
        undo_last(where)


def test_a_plan_that_is_no_longer_true_is_refused(where: Evaluation) -> None:
    plan = plan_of("costs", where, PRICES)
    import_costs(evaluation=where, plan=plan, by=where.owner)
    with pytest.raises(Stale, match="changed since"):
        import_costs(evaluation=where, plan=plan, by=where.owner)


def test_the_products_own_sheet_comes_back_the_same_and_nothing_is_asked(
    where: Evaluation,
) -> None:
    heads = [role.heads[0] for role in KINDS["costs"].roles]
    rows = [
        "Acme ML;licence or usage;GPU;Priced;10;9;12;150;user;Volume;100: 8 / 8.5 / 9",
        "Acme ML;renewal rise;;Priced;5;;;;;percent;",
        "Globex;set-up;;Included;;;;;;;",
        "Globex;exit;;Not stated;;;;;;;",
    ]
    tail = ";yearly;USD;0.9;https://a.example;2026-11-02;;;For ten."
    table = "\n".join([";".join(heads), *(row + tail for row in rows)])
    plan = take_in("costs", where, table)
    assert {line.state for line in plan.lines} == {"certain"}
    lines = {line.kind: line for line in CostLine.objects.all()}
    assert lines["licence"].tiers == [
        {"above": "100", "low": "8", "likely": "8.5", "high": "9"}
    ]
    assert (lines["renewal_rise"].pricing, lines["setup"].state) == (
        *("percent", "included"),
    )
    assert len(take_in("costs", where, table).same) == len(rows)
    # What a file has no column for stays, and so do ends that it does not name.
    silent = "Candidate;Kind;Part;Likely;Falls due;Currency\n"
    row = "AML;licence;GPU;10;yearly;USD\n"
    assert len(plan_of("costs", where, silent + row).same) == 1
    take_in("costs", where, silent + row.replace(";10;", ";11;"))
    dearer = CostLine.objects.get(kind="licence")
    assert (dearer.low, dearer.high, dearer.pricing) == (11, 11, "volume")


def test_a_text_is_not_stated_until_a_price_is_known(where: Evaluation) -> None:
    table = "Item,Kind,Falls due,Acme ML,Globex\nVisits,licence,once,from 12,included\n"
    take_in("costs", where, table)
    states = {line.candidate.name: line for line in CostLine.objects.all()}
    assert (states["Acme ML"].state, states["Acme ML"].source_text) == (
        *("unsaid", "from 12"),
    )
    assert states["Globex"].state == "included"
    take_in("costs", where, table.replace("from 12", "15"))
    line = CostLine.objects.get(candidate__name="Acme ML")
    assert (line.likely, line.source_text) == (15, "")


def test_a_wrong_row_is_told_once_with_its_column(where: Evaluation) -> None:
    table = "Item,Kind,Falls due,Rate,Acme ML,Globex\nVisits,licence,once,0,12,13\n"
    plan = plan_of("costs", where, table.replace("Rate", "Exchange rate"))
    (refusal,) = plan.refused
    assert (refusal.role, refusal.row) == ("rate", 2)
    nobody = plan_of("costs", where, PRICES.replace("Acme ML", "Acme MLs"))
    assert "Did you mean “Acme ML”?" in nobody.refused[0].sentence


def test_what_no_cell_says_is_asked_once_and_the_command_takes_it(
    where: Evaluation, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Preis\n12.000\n")
    options = [
        "--answer=number::0=,",
        "--answer=all:candidate=Acme ML",
        "--answer=all:kind=licence",
        "--answer=all:rhythm=yearly",
    ]

    def run(*options: str) -> str:
        out = StringIO()
        call_command(
            "import_costs", where.slug, str(file), *options, stdout=out, stderr=out
        )
        return out.getvalue()

    with pytest.raises(CommandError, match="1 thing to choose"):
        run()
    with pytest.raises(CommandError, match="3 things to choose"):
        run(options[0])
    noor()
    with pytest.raises(CommandError, match="not yours"):
        run("--by=noor")
    assert "nothing was written" in run(*options, "--dry-run")
    assert not CostLine.objects.exists()
    run(*options)
    line = CostLine.objects.get()
    assert (line.likely, line.recurrence) == (Decimal(12_000), "yearly")


def test_a_change_is_told_in_the_words_of_the_page(where: Evaluation) -> None:
    record = ParsedRecord(("Acme ML", "renewal_rise", ""), {"state": "priced"})
    assert KINDS["costs"].cells(record)[:2] == ("Acme ML / renewal rise", "Priced")
    take_in("costs", where, PRICES)
    plan = plan_of("costs", where, PRICES.replace("731.25,monthly", "80,yearly"))
    assert list(KINDS["costs"].differing(plan.changed[0])) == [
        ("likely", "731.25", "80"),
        ("recurrence", "Monthly", "Yearly"),
    ]
