"""A saved matrix carries the answers, which come back whole."""

import datetime
import io

import pytest
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.text import spelled
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.imported import plan_of
from tests.measures.cases import LATENCY
from tests.trials.admin.matrix_pages import purchase as purchase
from vendors.services.claims import note_claim
from vendors.services.drafts import answer_sheet

pytestmark = pytest.mark.django_db
ODD = "=1+1 and “**bold**”\n- see https://acme.example/a_b, -5%"


@pytest.fixture
def saved(purchase: Evaluation) -> Workbook:
    acme, globex = purchase.candidates.order_by("name")
    odd = common.requirement(purchase, "=4", measure=LATENCY)
    number = {"value": "1.234", "unit": "ms"}
    day = datetime.date(2040, 4, 3)
    vendors.claim(
        *(acme, odd, "planned"),
        available_from=day,
        statement=ODD,
        environments=["aws", "on prem"],
        number=number,
    )
    note_claim(candidate=globex, requirement=odd, statement=ODD, by=purchase.owner)
    url = f"/admin/e/{purchase.slug}/matrix/file/?format=xlsx&candidates=all"
    content = signed_in(purchase.owner).get(url).content
    return load_workbook(io.BytesIO(content))


def packed(book: Workbook) -> bytes:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = spelled(cell.value)
                    cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_vendors_sheet_that_came_by_mail_is_noted_with_its_number",
)
def test_every_answer_comes_back_as_it_stands(
    saved: Workbook, purchase: Evaluation
) -> None:
    assert all(
        cell.data_type != "f" for row in saved["Answers"].iter_rows() for cell in row
    )
    plan = plan_of("claims", purchase, packed(saved), name="matrix.xlsx")
    assert (plan.refused, plan.open, plan.new, plan.changed) == ((), (), (), ())
    assert {record.name for record in plan.same} == {
        *("Acme ML / R1", "Acme ML / R2", "Globex ML / R1"),
        *("Acme ML / =4", "Globex ML / =4"),
    }


def test_one_cell_that_is_changed_changes_that_alone(
    saved: Workbook, purchase: Evaluation
) -> None:
    sheet = saved["Answers"]
    heads = [cell.value for cell in sheet[1]]
    names = [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)]
    at = names.index(("'=4", "Globex ML")) + 2
    sheet.cell(at, heads.index("Availability") + 1).value = "beta"
    plan = plan_of("claims", purchase, packed(saved), name="matrix.xlsx")
    assert (plan.refused, plan.open, plan.new, len(plan.same)) == ((), (), (), 4)
    [change] = plan.changed
    differing = {
        name for name, value in change.before.items() if change.after.get(name) != value
    }
    assert differing == {"availability"}


def test_a_vendors_sheet_that_came_by_mail_is_noted_with_its_number(
    purchase: Evaluation,
) -> None:
    common.requirement(purchase, "R9", measure=LATENCY)
    globex = purchase.candidates.get(name="Globex ML")
    book = load_workbook(io.BytesIO(answer_sheet(globex)))
    sheet = book["Answers"]
    heads = [cell.value for cell in sheet[1]]
    at = [cell.value for cell in sheet["A"]].index("R9") + 1
    said = {"Availability": "now", "Statement": "Yes.", "Claimed number": 12.5}
    for head, value in (said | {"Unit": "ms", "Environments": "aws"}).items():
        sheet.cell(at, heads.index(head) + 1).value = value
    mine = {"all:candidate": "Globex ML"}
    plan = plan_of("claims", purchase, packed(book), mine, name="answers.xlsx")
    assert (plan.refused, plan.open, plan.changed) == ((), (), ())
    [new] = plan.new
    assert new.key == ("Globex ML", "R9")
    assert new.values["number"] == {"value": "12.5", "unit": "ms"}
    assert new.values["environments"] == ["aws"]
