"""A number for a measure, typed in a browser beside what is asked."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.measures.cases import WORDS, measured
from tests.vendors.portal.test_answering import typed
from tests.vendors.portal.visitor import Visitor
from vendors.models import AnswerDraft, Claim


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_earlier_answers.py"
    "::test_other_values_and_numbers_stay_blank",
)
def test_a_number_is_drafted_beside_its_measure_and_handed_in(
    ada: Visitor, where: Evaluation
) -> None:
    inside = ada.sign_in()
    measured(where.requirements.get(ref="R1"))
    page = inside.get(f"{inside.home}answer/R1/").content.decode()
    assert WORDS in page
    assert "Your number" not in inside.get(f"{inside.home}answer/R2/").content.decode()
    typed(inside, "R1", number="12", unit="MB")
    refused = inside.post(f"{inside.home}hand-in/").content.decode()
    assert "“MB” cannot be compared with “ms”" in refused
    typed(inside, "R1", version=1, number="0.012", unit="s")
    assert 'value="0.012"' in inside.get(f"{inside.home}answer/R1/").content.decode()
    inside.post(f"{inside.home}hand-in/")
    assert Claim.objects.get().number == {"value": "0.012", "unit": "s"}
    typed(inside, "R1", number="0.012", unit="s")
    assert not AnswerDraft.objects.exists()


def test_a_number_of_two_readings_is_asked_back_before_it_is_handed_in(
    ada: Visitor, where: Evaluation
) -> None:
    inside = ada.sign_in()
    measured(where.requirements.get(ref="R1"))
    answer = f"{inside.home}answer/R1/#answer"
    assert typed(inside, "R1", number="1.200", unit="ms").url == answer
    page = inside.get(answer).content.decode()
    assert "Which number is 1.200?" in page
    for meaning in ("1200", "1.2"):
        assert f'name="number-means" value="{meaning}"' in page
    refused = inside.post(f"{inside.home}hand-in/").content.decode()
    assert "1.200 can be 1200 or 1.2." in refused and not Claim.objects.exists()
    typed(inside, "R1", version=1, number="1.125,5", unit="ms")
    inside.post(f"{inside.home}hand-in/")
    assert Claim.objects.get().number == {"value": "1125.5", "unit": "ms"}
