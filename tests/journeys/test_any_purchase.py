"""Purchases of anything, from nothing to the memo, in which nobody meets IT."""

import re
from decimal import Decimal
from typing import Any

import pytest

from evaltracker.decision.memo.documents import lay_out
from evaltracker.decision.memo.printing import sealed_memo
from evaltracker.decision.models import Decision
from tests.clients import signed_in
from tests.journeys.anything.by_services import Played
from tests.journeys.anything.purchase import read_purchase
from tests.journeys.anything.reading import (
    Page,
    foreign_in,
    texts_of_answer,
)
from vendors.selectors.costs import candidate_cost

pytestmark = pytest.mark.django_db
PURCHASES = ["cleaning", "vehicles", "consultancy", "general"]
OF_EACH_PUSH = "general"
AT_NIGHT = pytest.mark.nightly(
    reason="the same steps; each push takes them with the general template",
    short=f"[{OF_EACH_PUSH}]",
)
PAPERS = ("memo/", "memo.md", "memo.docx", "memo.xlsx", "matrix/file/?format=xlsx")


def pdf_texts(decision: Decision) -> list[str]:
    """What the PDF says; its letters are not to be searched for."""
    memo = sealed_memo(decision.memo, decision, [])
    pages: Any = lay_out(decision.evaluation, memo, decision).render().pages
    boxes = [part for page in pages for part in page._page_box.descendants()]
    return [part.text for part in boxes if type(part).__name__ == "TextBox"]


def mail_texts(played: Played) -> list[str]:
    """What all mails say that were owed, as text and as pages."""
    return [
        text
        for mail in played.mails.values()
        for text in (mail.subject, *mail.text.splitlines(), *Page(mail.html).texts)
    ]


def check_costs(played: Played) -> None:
    """Totals and kinds are those of the worked case, and so says the memo."""
    memo = signed_in(played.lead).get(f"/admin/e/{played.where.slug}/memo.md")
    text = memo.content.decode()
    for name, told in played.purchase.case["expect"].items():
        cost = candidate_cost(played.where.candidates.get(name=name))
        assert cost.likely == Decimal(told["total"]), name
        assert f"{told['known']} of {told['of']} kinds of cost known" in text
    if not any(told["or_more"] for told in played.purchase.case["expect"].values()):
        assert not re.search(r"\bor more\b", text)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == OF_EACH_PUSH else [AT_NIGHT])
        for name in PURCHASES
    ],
)
def test_a_purchase_goes_from_nothing_to_the_memo(name: str) -> None:
    played = Played(read_purchase(name))
    decision = played.play()
    assert decision.decided_at
    check_costs(played)
    lead = signed_in(played.lead)
    where = f"/admin/e/{played.where.slug}/"
    wrong = {"PDF": foreign_in(pdf_texts(decision))}
    wrong["mails"] = foreign_in(mail_texts(played))
    for paper in PAPERS:
        answer = lead.get(f"{where}{paper}")
        assert answer.status_code == 200, paper
        wrong[paper] = foreign_in(texts_of_answer(answer))
    assert {place: words for place, words in wrong.items() if words} == {}
