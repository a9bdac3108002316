"""What a file leaves open is asked once, and nothing is written before the answer."""

from decimal import Decimal

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.cast import common, vendors
from tests.import_pages import Importer
from vendors.models import CostLine

pytestmark = pytest.mark.django_db
PRICES = (
    "candidate,kind,part,price,due\nAcme ML,licence,Base,12.000,yearly\n"
    "Acme ML,licence,Seats,6.200,yearly\n"
)
NEEDS = "ref,text,priority\nR1,Trains,High\nR2,Serves,Low\n"
HIGH, LOW = "word:priority:high", "word:priority:low"


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def test_a_column_of_prices_is_asked_about_once(where: Evaluation) -> None:
    vendors.candidate(where, "Acme ML")
    desk = Importer(where, "costs", where.owner)
    body = desk.upload(PRICES)
    assert "“12.000” and “6.200” in column “price” can each be two numbers" in body
    assert 'name="shown"' not in body
    desk.say({"step": "answer", "numbers:price": "1.234,56"})
    assert "Import 2 new" in desk.see()
    assert desk.say(desk.yes()).status_code == 302
    amounts = CostLine.objects.order_by("label").values_list("likely", flat=True)
    assert list(amounts) == [Decimal(12_000), Decimal(6_200)]
    assert "can each be two numbers" in desk.upload(PRICES)


def test_words_are_remembered_even_when_a_column_is_added(where: Evaluation) -> None:
    desk = Importer(where, "requirements", where.owner)
    assert "What does “High” in column “priority” mean here?" in desk.upload(NEEDS)
    desk.say({"step": "answer", HIGH: "must", LOW: "could"})
    assert "Import 2 new" in desk.see()
    wider = NEEDS.replace("priority\n", "priority,weight\n").replace("w\n", "w,3\n")
    body = desk.upload(wider.replace("High\n", "High,5\n"))
    assert "Import 2 new" in body
    desk.say({"step": "answer", HIGH: "should", LOW: ""})
    assert "no priority that is known here" in desk.see()


def test_an_answer_that_is_none_of_the_choices_asks_again(where: Evaluation) -> None:
    desk = Importer(where, "requirements", where.owner)
    desk.upload(NEEDS)
    desk.say({"step": "answer", HIGH: "urgent", LOW: "could", "word:x:y": "must"})
    body = desk.see()
    assert "“High” is no priority" in body
    assert "“Low” is no priority" not in body


def test_good_rows_come_in_without_those_that_cannot(where: Evaluation) -> None:
    desk = Importer(where, "requirements", where.owner)
    table = "ref,text,weight\nR1,Trains,5\nR2,Serves,50\n"
    assert "cannot come in" in desk.upload(table)
    desk.say({"step": "answer", "refused:rows": "leave-out"})
    body = desk.see()
    assert "Left out, as you said: 1 row." in body
    assert "“50” is no weight" in body
    assert desk.say(desk.yes()).status_code == 302
    assert [row.ref for row in where.requirements.all()] == ["R1"]
