"""The sums behind a candidate's line, and the comparison of another day."""

from datetime import timedelta

import pytest

from tests.clients import signed_in
from tests.factories import trials
from tests.workflow.comparing import page, spoken, sums
from tests.workflow.deciding import in_decision

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_comparison_page.py"
    "::test_level_candidates_share_their_place",
)
def test_every_sum_is_made_of_its_rows() -> None:
    where, option = in_decision()
    body = signed_in(where.owner).get(sums(option)).content.decode()
    assert "Σ weight × credit ÷ Σ weight" in body
    assert "holds in the trial" in body
    assert "91,234 USD, once" in body
    assert "No value entered for hours saved." in body
    where.__class__.objects.filter(pk=where.pk).update(
        engineers=6, loaded_hourly_rate=80, budget=100_000
    )
    option.__class__.objects.filter(pk=option.pk).update(
        hours_saved=1, months_to_live=2
    )
    body = signed_in(where.owner).get(sums(option)).content.decode()
    assert "Hours saved are worth" in body
    assert "Opportunity cost until it is live is" in body
    assert "Budget over the horizon: inside, 8,766 to spare" in body
    absent = page(where, "00000000-0000-4000-8000-000000000000/")
    assert signed_in(where.owner).get(absent).status_code == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_another_day_moves_planned_dates_and_says_so() -> None:
    where = trials.platform()
    planned = where.created_at.date() + timedelta(days=400)
    option = trials.claimed(where, availability="planned", available_from=planned)
    lina = signed_in(where.owner)
    asked = {"as_of": planned.isoformat(), "kept": "1"}
    link = f"?as_of={planned}&amp;kept=1"
    today = lina.get(page(where)).content.decode()
    assert "as it is" not in today.replace("stays as it is", "")
    assert f'href="{link}"' in today
    body = lina.get(page(where), asked).content.decode()
    assert "These are not the numbers of today" in body
    assert "20% as it is" in spoken(body)
    assert f"{sums(option)}{link}#fit" in body
    assert "50%" in lina.get(sums(option), asked).content.decode()


@pytest.mark.parametrize(
    "query",
    ["as_of=yesterday", "as_of=2020-01-01", "as_of=9999-01-01", "kept=2", "x=1"],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[kept=2]"
)
def test_an_address_that_no_form_makes_is_refused(query: str) -> None:
    where = trials.platform()
    trials.claimed(where)
    answer = signed_in(where.owner).get(f"{page(where)}?{query}")
    assert answer.status_code == 400
