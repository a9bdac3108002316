"""The decision page: compared, drafted, signed, decided."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.workflow.deciding import decided, in_decision, ready_to_decide

pytestmark = pytest.mark.django_db


def page(where: Evaluation) -> str:
    return f"/admin/e/{where.slug}/decision/"


def test_prices_and_scores_stay_sealed_before_the_decision_stage() -> None:
    where, _ = in_decision()
    where.prices_opened_at = None
    where.save()
    vendors.enter(where, "trials")
    viktor = signed_in(stakeholders.holder("leadership"))
    body = viktor.get(page(where)).content.decode()
    assert "Acme ML" in body
    assert "91,234" not in body
    assert "Prices are sealed" in body
    assert "scores are sealed" in body
    assert "91,234" in signed_in(where.owner).get(page(where)).content.decode()
    assert signed_in(common.noor()).get(page(where)).status_code == 404


def test_the_owner_drafts_and_others_read_it() -> None:
    where, option = in_decision()
    lina = signed_in(where.owner)
    url = f"/admin/act/draft-decision/{where.pk}/"
    form = {"candidate": option.pk, "rationale": "It held in the trial"}
    answer = lina.post(url, form)
    assert answer.headers["Location"] == page(where)
    viktor = signed_in(stakeholders.holder("leadership"))
    body = viktor.get(page(where)).content.decode()
    assert "It held in the trial" in body
    assert "draft-decision" not in body
    assert viktor.post(url, form).status_code == 403
    other = trials.claimed(floor1_elsewhere(), name="Globex ML")
    assert lina.post(url, {**form, "candidate": other.pk}).status_code == 400


def floor1_elsewhere() -> Evaluation:
    where = common.evaluation(title="Another")
    common.requirement(where)
    return vendors.in_research(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_deciding_asks_every_rule() -> None:
    where, _ = in_decision()
    lina = signed_in(where.owner)
    url = f"/admin/act/decide/{where.pk}/"
    early = lina.post(url)
    assert early.status_code == 409
    assert "Scores are not closed" in early.content.decode()
    assert (
        "You can decide once every rule holds" in lina.get(page(where)).content.decode()
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owner_drafts_and_others_read_it",
)
def test_a_decision_freezes_what_was_signed() -> None:
    where, option = ready_to_decide()
    lina = signed_in(where.owner)
    url = f"/admin/act/decide/{where.pk}/"
    assert url in lina.get(page(where)).content.decode()
    viktor = signed_in(stakeholders.holder("leadership"))
    assert viktor.post(url).status_code == 403
    assert lina.post(url).status_code == 302
    option.refresh_from_db()
    assert option.state == "chosen"
    assert Decision.objects.get().decided_by == where.owner
    assert lina.post(url).status_code == 409
    body = viktor.get(page(where)).content.decode()
    assert "Decided by Lina Lead" in body
    overview = viktor.get(f"/admin/e/{where.slug}/").content.decode()
    assert "Read the decision" in overview


def test_a_draft_of_an_ended_evaluation_is_not_changed() -> None:
    where, option = decided()
    form = {"candidate": option.pk, "rationale": "Other"}
    url = f"/admin/act/draft-decision/{where.pk}/"
    answer = signed_in(where.owner).post(url, form)
    assert answer.status_code in {400, 409}
    assert Decision.objects.get().rationale == "It works."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_its_queries_do_not_grow_with_the_candidates(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    where, _ = in_decision()
    lina = signed_in(where.owner)
    lina.get(page(where))
    with django_assert_max_num_queries(129):
        lina.get(page(where))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_front_page.py"
    "::test_certainty_is_never_one_number_alone",
)
def test_a_decided_page_proves_itself_hands_out_files_and_says_what_comes_next() -> (
    None
):
    where, _ = decided()
    body = signed_in(where.owner).get(page(where)).content.decode()
    assert (
        "Verified: recalculating from the frozen inputs gives identical results" in body
    )
    for end in ("pdf", "pdf?paper=letter", "docx", "xlsx", "md"):
        assert f"/memo.{end}" in body, end
    assert "take-pack" in body
    assert "Go over and send 1 letter." in body
    ivan = signed_in(stakeholders.holder("it")).get(page(where)).content.decode()
    assert "take-pack" not in ivan
    assert "Go over and send" not in ivan
    decision = Decision.objects.get()
    decision.memo["inputs"]["candidates"][0]["cells"]["R1"]["claim"] = None
    decision.save()
    altered = signed_in(where.owner).get(page(where)).content.decode()
    assert "This is not what was decided" in altered


def test_my_work_lists_the_letters_of_a_decision() -> None:
    where, _ = decided()
    body = signed_in(where.owner).get("/admin/").content.decode()
    assert "Send 1 letter about the decision" in body
