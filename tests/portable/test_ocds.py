"""OCDS, out and in: where its words fit ours."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Evaluation
from evaltracker.ocds.reading import newest, read_ocds
from evaltracker.workflow.services.exporting import export_as_seen, export_whole
from evaltracker.workflow.services.ocds_start import start_from_ocds
from tests.cast import common, trials
from tests.portable.test_pages import as_user
from tests.trials.runs.confirming import confirm, latencies, measured
from tests.trials.runs.posting import LATENCY, measured_trial, program, report, run
from tests.workflow.deciding import decided

DATA = Path(__file__).resolve().parents[1] / "data"
EXAMPLE = DATA / "ocds_fictional_example"
PROZORRO = DATA / "tender_prozorro"
# Fields of the extensions for requirements and bids, which the example does not use.
EXTENDED = {"extensions", "bids"}


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (EXAMPLE / f"ocds-213czf-000-00001-{name}.json").read_text()
    )
    return found


def exported(where: Evaluation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export_whole(evaluation=where, form="ocds"))
    return found


@pytest.mark.django_db
def test_a_bid_tells_the_claimed_and_the_measured_number() -> None:
    trial = measured_trial()
    criterion = measured(trial)
    need, where = criterion.requirement, criterion.trial.candidate.evaluation
    type(need).objects.filter(pk=need.pk).update(measure=LATENCY)
    need.claims.update(number={"value": "12", "unit": "ms"})
    sent = program(trial).post(report(*map(run, latencies("19.6"))))
    assert sent.status_code == 201

    def told() -> str:
        (bid,) = exported(where)["releases"][0]["bids"]["details"]
        said: str = bid["requirementResponses"][0]["description"]
        return said

    assert told().endswith("\nClaimed 12 ms.")
    confirm(criterion, "holds")
    assert told().endswith(
        "\nClaimed 12 ms; measured p95 19.6 ms of 40 runs (bound at most 20 ms)."
    )


@pytest.mark.django_db
def test_a_decision_is_a_release_in_the_words_of_the_example() -> None:
    where, option = decided()
    told = exported(where)
    release = told["releases"][0]
    planned = example("01-planning")["releases"][0]
    tendered = example("02-tender")
    awarded = example("04-award")["releases"][0]
    assert told.keys() - EXTENDED <= tendered.keys()
    assert told["version"] == tendered["version"]
    assert release.keys() - EXTENDED <= planned.keys() | awarded.keys()
    assert release["planning"].keys() <= planned["planning"].keys()
    assert release["planning"]["budget"]["amount"] == {
        "amount": 250000,
        "currency": "USD",
    }
    known = tendered["releases"][0]["tender"].keys() | awarded["tender"].keys()
    assert release["tender"].keys() - known <= {"criteria", "milestones"}
    (award,) = release["awards"]
    assert award.keys() <= awarded["awards"][0].keys()
    assert award["suppliers"] == [{"id": "acme", "name": "Acme"}]
    assert award["value"] == {"amount": 91234, "currency": "USD"}
    assert release["tag"] == ["planning", "tender", "award"]
    roles = {party["name"]: party["roles"] for party in release["parties"]}
    assert roles == {
        "Example Foods": ["buyer", "procuringEntity"],
        "Acme": ["tenderer", "supplier"],
    }
    (bid,) = release["bids"]["details"]
    assert bid["id"] == str(option.pk)
    assert bid["requirementResponses"][0]["value"] == "now"


@pytest.mark.django_db
def test_a_release_has_no_empty_list_object_or_text() -> None:
    (told,) = exported(common.evaluation())["releases"]
    assert told["parties"] and told["tag"] == ["planning"]

    def check(value: Any, path: str) -> None:
        assert value not in ("", [], {}, None), path
        for key, inner in value.items() if isinstance(value, dict) else ():
            check(inner, f"{path}/{key}")
        for inner in value if isinstance(value, list) else ():
            check(inner, f"{path}/0")

    check(told, "")


@pytest.mark.django_db
def test_an_export_that_is_sealed_in_parts_names_them() -> None:
    where = trials.platform("must")
    assert "leftOut" not in exported(where)
    told = json.loads(export_as_seen(evaluation=where, by=where.owner, form="ocds"))
    assert told["leftOut"]["parts"] == ["scores"]
    assert "sealed" in told["leftOut"]["note"]


@pytest.mark.django_db
def test_our_own_release_starts_the_same_purchase() -> None:
    where = trials.platform("must", "could")
    trials.claimed(where)
    content = export_whole(evaluation=where, form="ocds")
    again = start_from_ocds(content=content, by=where.owner)
    for field in ("title", "buyer", "problem", "budget", "must_run_by", "currency"):
        assert getattr(again, field) == getattr(where, field)
    rows = ("ref", "text", "priority", "category__name")
    assert set(again.requirements.values_list(*rows)) == set(
        where.requirements.values_list(*rows)
    )
    assert again.candidates.get().vendor == where.candidates.get().vendor
    assert again.stage == "requirements"
    assert not again.candidates.get().claims.exists()


@pytest.mark.django_db
def test_the_example_becomes_an_evaluation_with_its_prices() -> None:
    content = (EXAMPLE / "ocds-213czf-000-00001-04-award.json").read_bytes()
    where = start_from_ocds(content=content, by=common.lina())
    assert where.buyer == "London Borough of Barnet"
    assert where.currency == "GBP"
    names = set(where.candidates.values_list("name", flat=True))
    assert names == {"AnyCorp Cycle Provision", "Beta Corp Construction"}
    line = where.candidates.get(name="AnyCorp Cycle Provision").cost_lines.get()
    assert (line.likely, line.currency) == (Decimal(11_000_000), "GBP")
    assert "ocds-213czf-000-00001" in where.source_note
    assert where.entries.latest("number").action == "evaluation.read_from_ocds"


def test_a_plan_has_a_budget_and_a_tender_a_deadline() -> None:
    plan = read_ocds((EXAMPLE / "ocds-213czf-000-00001-01-planning.json").read_bytes())
    assert (plan.budget, plan.currency) == (Decimal(6_700_000), "GBP")
    assert plan.problem.startswith("The 2009 Strategic Plan")
    sent = read_ocds((EXAMPLE / "ocds-213czf-000-00001-02-tender.json").read_bytes())
    assert sent.answers_until == "2010-04-01T18:00:00Z"


def test_releases_that_tell_only_what_is_new_are_read_together() -> None:
    first, second = example("01-planning"), example("04-award")
    first["releases"] += second["releases"]
    told = newest(first)
    assert told["planning"]
    assert told["awards"]


@pytest.mark.django_db
def test_a_tender_of_prozorro_has_requirements_and_bidders() -> None:
    content = (PROZORRO / "competitive_dialogue_stage1.json").read_bytes()
    where = start_from_ocds(content=content, by=common.lina())
    assert where.requirements.count() == 25
    assert where.requirements.get(ref="C2.1").priority == "must"
    assert where.candidates.count() == 4
    assert where.currency == "UAH"


def test_shares_of_features_become_weights() -> None:
    content = (PROZORRO / "tender_with_weighted_features.json").read_bytes()
    told = read_ocds(content)
    weights = {requirement.ref: requirement.weight for requirement in told.requirements}
    assert weights["F1"] == 10
    assert weights["F2"] == 1
    assert told.budget == Decimal(7_225_305)


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"releases": [1, {}]}', b"7"])
def test_what_is_no_release_is_told(content: bytes) -> None:
    with pytest.raises(Invalid, match="what is bought"):
        read_ocds(content)


KEYS = (
    "tender",
    "awards",
    "bids",
    "parties",
    "planning",
    "budget",
    "amount",
    "criteria",
    "items",
    "name",
    "requirementGroups",
    "requirements",
    "suppliers",
    "tenderers",
    "roles",
    "value",
    "features",
    "enum",
    "title",
    "status",
)
# What no database keeps is refused, wherever it stands; that has a test of its own.
KEPT = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(KEPT, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("odd", [7, "x", [7], [{}], {"a": 7}, [[{}]], True, None])
def test_what_stands_in_the_wrong_place_is_passed_over(odd: Any) -> None:
    party = {"name": odd, "roles": odd}
    bid = {"tenderers": odd, "value": {"amount": odd, "currency": odd}}
    whole = {
        "tender": {"title": "It", "criteria": odd, "items": odd, "features": odd},
        "parties": [party, odd],
        "bids": {"details": [bid, odd]},
        "awards": odd,
        "planning": {"budget": {"amount": odd}, "rationale": odd},
        "buyer": odd,
    }
    assert read_ocds(json.dumps(whole).encode()).title == "It"


@settings(max_examples=60, deadline=None)
@given(JSON, JSON)
def test_nothing_in_a_file_of_others_surprises(tender: Any, rest: Any) -> None:
    told = rest if isinstance(rest, dict) else {"tender": rest}
    inner = tender if isinstance(tender, dict) else {"criteria": tender}
    whole = {**told, "tender": {**inner, "title": "It"}}
    assert read_ocds(json.dumps(whole).encode()).title == "It"


@pytest.mark.django_db
def test_only_who_may_start_evaluations_starts_one_from_a_release() -> None:
    content = (EXAMPLE / "ocds-213czf-000-00001-04-award.json").read_bytes()
    with pytest.raises(Forbidden):
        start_from_ocds(content=content, by=common.noor())
    upload = SimpleUploadedFile("r.json", content)
    answer = as_user(common.lina()).post(
        "/admin/act/start-from-ocds/", {"file": upload}
    )
    made = Evaluation.objects.get()
    assert answer.headers["Location"] == f"/admin/e/{made.slug}/brief/"


@pytest.mark.django_db
def test_the_command_takes_a_release_for_an_owner() -> None:
    path = str(EXAMPLE / "ocds-213czf-000-00001-04-award.json")
    lina, said = common.lina(), io.StringIO()
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("import_evaluation", path, "--owner", "nobody")
    terms = ("--owner", lina.username)
    call_command("import_evaluation", path, *terms, "--dry-run", stdout=said)
    assert "1 requirements, 2 candidates" in said.getvalue()
    assert not Evaluation.objects.exists()
    call_command("import_evaluation", path, *terms, "--as", "lanes", stdout=said)
    assert Evaluation.objects.get().slug == "lanes"
