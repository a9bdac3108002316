"""The memo: read, printed, taken along, and proved by counting again."""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING

import pytest

from evaltracker.errors import Refused
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.memo.printing import Unprintable, refuse
from evaltracker.workflow.models import Decision
from tests.cast import floor1, stakeholders, vendors
from tests.clients import signed_in
from tests.workflow.deciding import decided, in_decision

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation

pytestmark = pytest.mark.django_db


def memo(where: Evaluation, end: str = "/") -> str:
    return f"/admin/e/{where.slug}/memo{end}"


def test_before_the_decision_stage_there_is_no_memo() -> None:
    where, _ = in_decision()
    vendors.enter(where, "trials")
    for end in ("/", ".pdf", ".md"):
        assert signed_in(where.owner).get(memo(where, end)).status_code == 409, end
        assert signed_in(floor1.noor()).get(memo(where, end)).status_code == 404, end


def test_the_draft_is_called_a_draft() -> None:
    where, _ = in_decision()
    viktor = signed_in(stakeholders.holder("leadership"))
    body = viktor.get(memo(where)).content.decode()
    assert "A draft" in body
    assert "91,234" in body
    assert viktor.post(memo(where)).status_code == 405


def test_the_frozen_memo_carries_its_seal_and_is_counted_again() -> None:
    where, _ = decided()
    decision = Decision.objects.get()
    body = signed_in(where.owner).get(memo(where)).content.decode()
    assert decision.memo_sha256 in body
    assert "the same results" in body
    assert "Viktor" in body
    decision.memo["results"][str(decision.candidate_id)]["fit"] = "0.1"
    decision.save()
    altered = signed_in(where.owner).get(memo(where)).content.decode()
    assert "changed in the database" in altered


def test_it_leaves_as_markdown_and_as_a_tagged_pdf() -> None:
    where, _ = decided()
    lina = signed_in(where.owner)
    text = lina.get(memo(where, ".md"))
    assert text.content.decode() == Decision.objects.get().memo["text"]
    assert "attachment" in text.headers["Content-Disposition"]
    pdf = lina.get(memo(where, ".pdf"))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert b"/MarkInfo" in unpacked(pdf.content)


def unpacked(pdf: bytes) -> bytes:
    """The bytes of all streams of a PDF."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    found = b""
    for one in streams:
        with contextlib.suppress(zlib.error):
            found += zlib.decompress(one)
    return found


def test_making_a_pdf_fetches_nothing() -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        refuse("http://evil.example/x.png")
    assert issubclass(Unprintable, Refused)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/x.png)",
        "<http://evil.example>",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_words_never_become_markup(words: str) -> None:
    html = as_html(f"# Title\n\n{words}\n\n| a |\n| --- |\n| {words} |\n")
    for mark in ("<script", "<img", "<a ", "href="):
        assert mark not in html
    assert html.startswith("<h2>")
    assert '<th scope="col">' in html
