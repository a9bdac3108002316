"""The first screen of a sign page says who leads, what is judged and what is open."""

import re

import pytest

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.workflow.admin.sign_form import words_of
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.workflow.admin.signing import sign_page
from tests.workflow.half_tried import half_tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    return half_tried()


def read(where: Evaluation, role: str = "leadership") -> str:
    page = signed_in(stakeholders.holder(role)).get(sign_page(where, role))
    body = re.sub(r"</?(data|strong)\b[^>]*>", "", page.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_says_what_is_judged_and_what_is_open",
)
def test_it_says_who_leads_and_how_likely_it_stays_so(where: Evaluation) -> None:
    body = read(where)
    assert "Approve the trial results?" in body
    assert "Asked by Lina Lead" in body
    assert "0 of 2 roles, nobody yet." in body
    assert "Acme ML leads" in body
    assert re.search(r"Likely first: \d+ of 100 \(Globex ML \d+", body)
    assert "If nothing more were tested: 100. 3 of 4 verdicts are still open." in body


def test_it_says_what_is_judged_and_what_is_open(where: Evaluation) -> None:
    body = read(where)
    assert "Judged 1 of 4 criteria, in 2 trials" in body
    assert re.search(r"Acme ML.* \d+%.*Globex ML.* \d+%", body)
    assert "3 of 4 criteria are not judged." in body
    assert "Globex ML: 1 gap open." in body
    assert "2 must-haves not proven: R1 What R1 asks for, R2 What R2 asks for." in body


def test_it_says_who_signs_for_the_first_time(where: Evaluation) -> None:
    assert "You have not signed this before." in read(where)
    assert "You have not signed this before." not in read_as_owner(where)


def read_as_owner(where: Evaluation) -> str:
    return signed_in(where.owner).get(sign_page(where)).content.decode()


def test_names_stand_beside_references_in_the_order_of_the_list(
    where: Evaluation,
) -> None:
    Requirement.objects.filter(evaluation=where, ref="R1").update(position=9)
    words = document_of(where, visit=where.visits.latest("number"))
    musts = words.partition("## Must-haves")[2]
    rows = re.findall(r"\| (R\d) \| (What R\d asks for) \|", musts)
    assert rows == [("R2", "What R2 asks for"), ("R1", "What R1 asks for")]
    trial = words.partition("## Acme ML")[2].partition("## ")[0]
    assert "| R1 What R1 asks for |" in trial


def test_all_words_stand_in_folds_and_none_is_left_out(where: Evaluation) -> None:
    words = document_of(where, visit=where.visits.latest("number"))
    shown = words_of(words)
    assert shown.title == f"Trial results: {where.title}"
    headings = [part.heading for part in shown.parts]
    assert headings == ["Acme ML: Forecast", "Globex ML: Forecast", "Must-haves"]
    assert [part.rows for part in shown.parts] == [2, 2, 2]
    body = signed_in(stakeholders.holder("it")).get(sign_page(where)).content.decode()
    for part in shown.parts:
        assert f'<details id="{part.anchor}">' in body
        assert part.html in body
    said = "".join(part.html for part in shown.parts)
    cells = [cell.strip() for line in words.splitlines() for cell in line.split("|")]
    plain = [cell for cell in cells if re.fullmatch(r"[\w ]+", cell)]
    assert len(plain) > 15
    assert [cell for cell in plain if cell not in said] == []
