"""Who ran a demo or trial and on whose data stands with every verdict."""

from typing import Any

import pytest

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry
from tests.clients import signed_in
from tests.factories import trials, vendors
from trials.choices import setting_words
from trials.models import Evidence
from trials.services.evidence import reconfirm_evidence
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    return option


@pytest.mark.parametrize(
    ("source", "field", "values"),
    [
        ("trial", "runner", {"runner": ""}),
        ("demo", "runner", {"runner": "nobody"}),
        ("demo", "data", {"data": ""}),
        ("trial", "data", {"data": "together"}),
    ],
)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_new_verdict_says_who_ran_it_and_on_whose_data(
    acme: Candidate, source: str, field: str, values: dict[str, Any]
) -> None:
    trials.trial(acme)
    with pytest.raises(Invalid) as caught:
        trials.verdict(trials.claim_of(acme), source, **values)
    assert list(caught.value.errors) == [field]
    assert not Evidence.objects.exists()


def test_research_is_run_by_nobody(acme: Candidate) -> None:
    claim = trials.claim_of(acme)
    with pytest.raises(Invalid) as caught:
        trials.verdict(claim, "research", **trials.SETTING)
    assert set(caught.value.errors) == {"runner", "data"}
    assert trials.verdict(claim, "research").setting == ""


def test_it_is_journalled_carried_over_and_signed(acme: Candidate) -> None:
    running = trials.trial(acme)
    criterion = running.criteria.get()
    how = {"runner": "vendor", "data": "vendor", "took": "3"}
    found = trials.verdict(trials.claim_of(acme), "trial", criterion=criterion, **how)
    told = Entry.objects.filter(action="evidence.recorded").latest("number").after
    assert (told["runner"], told["data"]) == ("vendor", "vendor")
    where = acme.evaluation
    signed = document_of(where, visit=where.visits.latest("number"))
    assert "run by the vendor, on the vendor's data" in signed
    vendors.enter(where, "research")
    vendors.claim(acme, where.requirements.get(), "now", statement="Other words")
    vendors.enter(where, "trials")
    again = reconfirm_evidence(evidence=found, note="Still so.", by=where.owner)
    assert (again.runner, again.data) == ("vendor", "vendor")
    assert again.took == 3


def test_pages_show_it_and_forms_begin_with_what_was_said_last(
    acme: Candidate,
) -> None:
    running = trials.trial(acme)
    lina = signed_in(acme.evaluation.owner)
    page = f"/admin/trials/{running.pk}/"
    body = lina.get(page).content.decode()
    assert "On whose data" in body
    assert (
        " selected>" not in body.partition('name="runner"')[2].partition("</select>")[0]
    )
    criterion = running.criteria.get()
    trials.verdict(
        trials.claim_of(acme),
        "trial",
        criterion=criterion,
        runner="together",
        data="ours",
    )
    body = lina.get(page).content.decode()
    assert "Run together, on our data." in body
    assert '<option value="together" selected>' in body
    form = lina.get(f"/admin/act/judge-criterion/{criterion.pk}/").content.decode()
    assert '<option value="together" selected>' in form


def test_evidence_of_before_reads_not_recorded() -> None:
    assert setting_words("trial", "", "") == (
        "who ran it and on whose data: not recorded"
    )
    assert setting_words("demo", "us", "") == "run by us, on whose data is not recorded"
    assert setting_words("research", "", "") == ""
