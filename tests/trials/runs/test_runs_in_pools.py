"""Each silent way to turn a verdict by runs is tried as a program and people would."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Entry
from tests.clients import signed_in
from tests.factories import trials as cast
from tests.trials.runs.confirming import measured
from tests.trials.runs.posting import Program, report, run
from trials.models import Evidence, LeftOut, Measurement, Run, RunReport
from trials.selectors.runs import faults_in, recount
from trials.services.contracts import amend_contract

OURS, LAPTOP = {"environment": "m5.large"}, {"environment": "my laptop, cached"}
SLOW = ["31"] * 2 + ["12"] * 18


@pytest.fixture
def declared(ci: Program) -> Program:
    """Numbers of m5.large count, of every commit; the token lives on."""
    said: dict[str, Any] = {"counted_environment": "m5.large", "counted_commit": "*"}
    amend_contract(trial=ci.trial, reason="Said late.", by=ci.trial.lead, **said)
    return ci


def send(ci: Program, key: str, values: list[str], **where: str) -> None:
    body = report(*map(run, values), key=key, **where)
    answer = ci.post(body)
    assert answer.status_code == 201, answer.content


def page(ci: Program) -> str:
    client = signed_in(ci.trial.lead)
    return " ".join(
        client.get(f"/admin/trials/{ci.trial.pk}/").content.decode().split()
    )


def confirm(ci: Program, verdict: str, **more: Any) -> Any:
    criterion = measured(ci.trial)
    claim = cast.claim_of(ci.trial.candidate).pk
    form = {"claim": claim, "verdict": verdict, **cast.SETTING, **more}
    client = signed_in(ci.trial.lead)
    return client.post(f"/admin/act/confirm-runs/{criterion.pk}/", form)


def comparison(ci: Program) -> str:
    slug = ci.trial.candidate.evaluation.slug
    return signed_in(ci.trial.lead).get(f"/admin/e/{slug}/comparison/").content.decode()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_failed_test_is_no_good_measurement",
)
def test_a_laptop_beside_what_counts_turns_nothing(declared: Program) -> None:
    send(declared, "build-1", SLOW, commit="ab12", **OURS)
    send(declared, "laptop-warmup", ["0.5"] * 500, commit="zz99", **LAPTOP)
    shown = page(declared)
    assert "p95 is 31 ms over 20 runs; asked was at most 20 ms." in shown
    assert "my laptop, cached" in shown
    assert "would be holds" in shown
    assert "Confirm: fails" in shown
    assert confirm(declared, "fails").status_code == 302
    kept = Measurement.objects.get()
    assert kept.pool == {"environment": "m5.large", "commit": "*"}
    assert (kept.n, kept.proposed, kept.left_out) == (20, "fails", {})
    (other,) = kept.others
    assert (other["environment"], other["n"]) == ("my laptop, cached", 500)
    assert (kept.declared["runs"], kept.declared["environment"]) == (0, "m5.large")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_failed_test_is_no_good_measurement",
)
def test_of_several_environments_nobody_may_choose_by_confirming(ci: Program) -> None:
    send(ci, "build-1", SLOW, **OURS)
    send(ci, "laptop-warmup", ["0.5"] * 40, **LAPTOP)
    shown = page(ci)
    assert "Say which environment counts" in shown
    assert "The runs propose" not in shown
    work = signed_in(ci.trial.lead).get("/admin/").content.decode()
    assert "say which environment counts" in work
    assert confirm(ci, "holds").status_code == 409
    criterion = measured(ci.trial)
    form = {"claim": cast.claim_of(ci.trial.candidate).pk, "verdict": "holds"}
    by_eye = f"/admin/act/judge-criterion/{criterion.pk}/"
    answer = signed_in(ci.trial.lead).post(by_eye, {**form, **cast.SETTING})
    assert answer.status_code == 409
    assert not Evidence.objects.exists()
    said: dict[str, Any] = {"counted_environment": "m5.large"}
    amend_contract(trial=ci.trial, reason="Said late.", by=ci.trial.lead, **said)
    send(ci, "build-2", ["12"], **OURS)
    assert "Confirm: fails" in page(ci)
    assert confirm(ci, "fails", reason="So it is.").status_code == 302
    assert Measurement.objects.get().declared["runs"] == 60


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_failed_test_is_no_good_measurement",
)
def test_one_file_that_turns_the_verdict_is_said_and_explained(
    declared: Program,
) -> None:
    send(declared, "build-1", SLOW, **OURS)
    send(declared, "warm-up", ["1"] * 400, **OURS)
    shown = page(declared)
    assert "Without warm-up it fails." in shown
    assert "warm-up 95%, build-1 5%" in shown
    refused = confirm(declared, "holds")
    assert refused.status_code == 400
    assert "Without warm-up it fails. Say why." in refused.content.decode()
    reason = "That is how it is used."
    assert confirm(declared, "holds", reason=reason).status_code == 302
    assert "of 420 runs on m5.large; without warm-up it fails" in comparison(declared)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_results_in_views.py"
    "::test_comparison_and_matrix_show_them_beside_numbers",
)
def test_runs_left_out_are_counted_wherever_the_verdict_is(declared: Program) -> None:
    send(declared, "build-1", ["19"] * 27 + ["20", "20", "30", "31", "32"], **OURS)
    lead = signed_in(declared.trial.lead)
    for slow in Run.objects.filter(number__gte=30):
        address = f"/admin/act/leave-out-run/{slow.pk}/"
        assert lead.post(address, {"reason": ""}).status_code == 400
        assert lead.post(address, {"reason": "Warm-up."}).status_code == 302
    name = declared.trial.lead.name
    shown = page(declared)
    assert f"3 of 32 runs left out by {name}; with them p95 31 ms, fails." in shown
    assert confirm(declared, "holds").status_code == 400
    assert confirm(declared, "holds", reason="They were.").status_code == 302
    kept = Measurement.objects.get()
    assert kept.left_out == {
        **{"n": 3, "of": 32, "value_with": "31", "proposed_with": "fails"},
        **{"by": [name], "reasons": ["Warm-up."]},
    }
    assert kept.results_out == ["30", "31", "32"]
    words = f"3 of 32 left out by {name}, with them 31 ms, fails"
    assert words in comparison(declared)
    entry = Entry.objects.get(action="evidence.recorded")
    assert entry.after["left_out"]["n"] == 3


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_frozen_of_runs_is_counted_again[results_out-value2-left_out]",
)
def test_a_whole_report_is_left_out_and_taken_back(declared: Program) -> None:
    send(declared, "build-1", SLOW, **OURS)
    send(declared, "bad-data", ["12"] * 400, **OURS)
    bad, lead = RunReport.objects.get(key="bad-data"), signed_in(declared.trial.lead)
    seen = page(declared).partition('name="seen" value="')[2].partition('"')[0]
    assert len(seen) == 16
    address = f"/admin/act/leave-out-report/{bad.pk}/"
    assert lead.post(address, {"reason": ""}).status_code == 400
    assert lead.post(address, {"reason": "Wrong data."}).status_code == 302
    assert lead.post(address, {"reason": "Again."}).status_code == 409
    listed = lead.get(f"/admin/trials/{declared.trial.pk}/runs/").content.decode()
    assert "Wrong data." in listed
    assert "<s>12 ms</s>" in listed
    assert "Confirm: fails" in page(declared)
    stale = confirm(declared, "fails", seen=seen, reason="So it is.")
    assert stale.status_code == 409
    take_back = f"/admin/act/take-back-report/{bad.pk}/"
    assert lead.post(take_back).status_code == 302
    assert "Confirm: holds" in page(declared)
    row = LeftOut.objects.get()
    assert (row.run, row.taken_back_by) == (None, declared.trial.lead)
    rows = Entry.objects.filter(rows__contains="trials.leftout/1")
    actions = rows.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["report.left_out", "report.taken_back"]


CASE = """<testcase name="t"><properties><property name="criterion" value="{}"/>
<property name="measure.value" value="{}"/><property name="measure.unit" value="ms"/>
<property name="measured_at" value="{}"/></properties>{}</testcase>"""


def test_a_failed_test_is_no_good_measurement(declared: Program) -> None:
    then, key = run()["measured_at"], measured(declared.trial).pk
    outcomes = [""] * 37 + ["<failure>HTTP 500</failure>"] * 3
    cases = "".join(CASE.format(key, "0.001", then, one) for one in outcomes)
    address = f"{declared.address}?id=tests&environment=m5.large"
    body = f"<testsuite>{cases}</testsuite>"
    assert declared.post(body, "application/xml", address).status_code == 201
    assert "p95 falls on a failed run: 3 of 40 failed." in page(declared)
    assert confirm(declared, "fails").status_code == 302
    kept = Measurement.objects.get()
    assert (kept.value, kept.failed, kept.results.count("failed")) == ("failed", 3, 3)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("moves", [], "moves"),
        ("failed", 7, "failed"),
        ("results_out", [], "left_out"),
        ("others", [{"n": 500, "failed": 0, "value": "0.5", "would_be": "fails"}], "o"),
        ("files", [{"id": "warm-up", "n": 1, "sha256": ""}], "another number of runs"),
        ("reason", "", "without a reason"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[results_out-value2-left_out]",
)
def test_what_is_frozen_of_runs_is_counted_again(
    declared: Program, column: str, value: Any, says: str
) -> None:
    send(declared, "build-1", ["31", *SLOW, "12", "12"], **OURS)
    send(declared, "warm-up", ["1"] * 400, **OURS)
    lead = signed_in(declared.trial.lead)
    one = Run.objects.filter(number=31)[0]
    lead.post(f"/admin/act/leave-out-run/{one.pk}/", {"reason": "Warm-up."})
    assert confirm(declared, "holds", reason="Used so.").status_code == 302
    evaluation = declared.trial.candidate.evaluation
    assert list(recount(evaluation)) == []
    kept = Measurement.objects.get()
    copy = {
        field.attname: getattr(kept, field.attname)
        for field in Measurement._meta.concrete_fields
    }
    forged = Measurement(**{**copy, column: value})
    found = list(faults_in(forged))
    assert any(says in sentence for sentence in found), found
