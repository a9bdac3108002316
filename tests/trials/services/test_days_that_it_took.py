"""Whoever judges a demo or trial may say how many days it took to meet."""

from decimal import Decimal

import pytest

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry, Evaluation
from tests.clients import signed_in
from tests.factories import trials, vendors
from trials.models import Evidence
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    trials.trial(option)
    return option


@pytest.mark.parametrize(
    ("typed", "kept"), [("", None), ("0", "0"), (" 2,5 ", "2.5"), ("2000", "2000")]
)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_it_is_kept_with_the_verdict_and_in_the_journal(
    acme: Candidate, typed: str, kept: str | None
) -> None:
    found = trials.verdict(trials.claim_of(acme), "trial", took=typed)
    found.refresh_from_db()
    assert found.took == (None if kept is None else Decimal(kept))
    told = Entry.objects.filter(action="evidence.recorded").latest("number").after
    assert ("took" in told) == (kept is not None)


@pytest.mark.parametrize("typed", ["-1", "0.25", "2000.5", "ten", "NaN", "1e3", "٣"])
def test_what_is_no_number_of_half_days_is_refused(acme: Candidate, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        trials.verdict(trials.claim_of(acme), "trial", took=typed)
    assert [*caught.value.errors] == ["took"]
    assert not Evidence.objects.exists()


def test_research_takes_no_days(acme: Candidate) -> None:
    with pytest.raises(Invalid) as caught:
        trials.verdict(trials.claim_of(acme), "research", took="3")
    assert [*caught.value.errors] == ["took"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_trial_pages.py"
    "::test_a_trial_is_closed_when_all_is_judged",
)
def test_pages_ask_for_it_and_show_it_only_where_efforts_are_asked(
    acme: Candidate,
) -> None:
    running = acme.trials.get()
    criterion = running.criteria.get()
    client = signed_in(acme.evaluation.owner)
    addresses = (
        f"/admin/trials/{running.pk}/",
        f"/admin/act/judge-criterion/{criterion.pk}/",
    )
    for address in addresses:
        assert "Days that it took" not in client.get(address).content.decode()
    Evaluation.objects.filter(pk=acme.evaluation_id).update(asks_effort=True)
    for address in addresses:
        assert 'name="took"' in client.get(address).content.decode()
    claim = trials.claim_of(acme)
    form = {"claim": claim.pk, "verdict": "holds", "took": "1.5", **trials.SETTING}
    assert client.post(addresses[1], form | {"took": "much"}).status_code == 400
    assert client.post(addresses[1], form).status_code == 302
    assert "It took 1.5 days." in client.get(addresses[0]).content.decode()
