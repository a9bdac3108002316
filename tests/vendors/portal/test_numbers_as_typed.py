"""Every way to write a number, typed into the vendor's own fields."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import strip_tags

from evaltracker.errors import Invalid
from evaltracker.toolbox.languages import money
from tests.vendors.portal.visitor import TOKEN, Visitor
from vendors.answers import stated_in
from vendors.models import AnswerDraft, Quote

CASES = json.loads(Path("tests/data/cases/number_cases.json").read_text())["cases"]
MEANS = re.compile(r'-means" value="([^"]+)"')


def cases(field: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["field"] == field]


def meanings(page: Any) -> list[str]:
    found = MEANS.findall(page.content.decode())
    return [f"{Decimal(number).normalize():f}" for number in found]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_each_price_is_looked_over_asked_back_or_refused(ada: Visitor) -> None:
    page = f"{ada.sign_in().home}quote/"
    token = TOKEN.findall(ada.get(page).content.decode())[0]
    head = {"csrfmiddlewaretoken": token, "valid_until": "2040-06-30"}
    for case in cases("price"):
        fields = {"currency": case["currency"], "0-kind": "setup"}
        answer = ada.browser.post(page, {**head, **fields, "0-likely": case["text"]})
        expected, text = case["expected"], answer.content.decode()
        if value := expected.get("value"):
            said = " ".join(strip_tags(text).split())
            amount = money(Decimal(value), case["currency"])
            assert f"Set-up: {amount} once." in said, case
            continue
        assert answer.status_code == 400 and 'id="w-0-likely"' in text, case
        assert meanings(answer) == expected.get("asked_back", []), case
    assert not Quote.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_each_number_of_an_answer_is_kept_asked_back_or_refused(ada: Visitor) -> None:
    page = f"{ada.sign_in().home}answer/R1/"
    token = TOKEN.findall(ada.get(page).content.decode())[0]
    sent = {"csrfmiddlewaretoken": token, "availability": "now", "unit": "ms"}
    for at, case in enumerate(cases("number")):
        fields = {**sent, "version": str(at), "number": case["text"]}
        fields["statement"] = case["id"]
        saved = ada.browser.post(page, fields, headers={"X-Autosave": "1"})
        assert saved.json()["version"] == at + 1, case
        typed, expected = AnswerDraft.objects.get().typed, case["expected"]
        if "asked_back" in expected:
            assert meanings(ada.get(page)) == expected["asked_back"], case
        if "value" in expected or "blank" in expected:
            kept = stated_in(typed, "R1", {}, None).number.get("value", "")
            assert kept == expected.get("value", ""), case
        else:
            with pytest.raises(Invalid) as refused:
                stated_in(typed, "R1", {}, None)
            assert refused.value.errors.keys() == {"number"}, case
