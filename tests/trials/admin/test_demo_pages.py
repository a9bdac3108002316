"""Demos: arranged, scripted, held, and judged with one tap per item."""

import re
from typing import Any

import pytest

from evaltracker.evaluations.models import User
from tests.acting import act
from tests.clients import auditing, signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Demo, Evidence, ScriptItem
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict, eliminate, shortlist

pytestmark = pytest.mark.django_db
WHEN = {"day": "2099-03-10", "time": "14:30", "zone": "America/New_York"}


@pytest.fixture
def acme(db: None) -> Candidate:
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    vendors.enter(where, "demos")
    return option


def held_item(acme: Candidate) -> ScriptItem:
    """What is judged in a demo that is being held."""
    demo, it = trials.demo(acme), stakeholders.holder("it")
    act("draw-up-script", demo, it)
    act("hold-demo", demo, it, attendees="Elif, two of theirs")
    return ScriptItem.objects.get(demo=demo)


def judge_in_place(item: ScriptItem, **form: object) -> tuple[int, Any]:
    """Judge as the page's script does; the status, and what the answer says."""
    words = {"verdict": "holds", "note": "It took four minutes.", **trials.SETTING}
    answer = signed_in(stakeholders.holder("it")).post(
        f"/admin/act/judge-item/{item.pk}/",
        {**words, **form},
        headers={"Accept": "application/json"},
    )
    return answer.status_code, answer.json()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_every_finalist_gets_a_demo_at_once",
)
def test_the_owner_schedules_and_moves_a_demo(acme: Candidate) -> None:
    form = {**WHEN, "title": "First look", "minutes": "60"}
    owner = acme.evaluation.owner
    assert act("schedule-demo", acme, stakeholders.holder("it"), **form) == 403
    assert act("schedule-demo", acme, owner, **form | {"zone": "Mars/Base"}) == 400
    gap = {"day": "2099-03-08", "time": "02:30"}
    assert act("schedule-demo", acme, owner, **form | gap) == 400
    assert act("schedule-demo", acme, owner, **form) == 302
    demo = Demo.objects.get()
    body = signed_in(owner).get(f"/admin/demos/{demo.pk}/").content.decode()
    assert "10 Mar 2099, 14:30" in body
    assert act("move-demo", demo, owner, **WHEN, minutes="30") == 302
    page = f"/admin/e/{acme.evaluation.slug}/demos/"
    assert f"candidate-{acme.pk}" in signed_in(owner).get(page).content.decode()


def test_every_finalist_gets_a_demo_at_once(acme: Candidate) -> None:
    where = acme.evaluation
    where.words = {"demo": "site visit", "demos": "site visits"}
    where.save()
    globex, initech = (vendors.candidate(where, name) for name in ("Globex", "Initech"))
    for option in (acme, globex, initech):
        shortlist(candidate=option, by=where.owner)
    client = signed_in(where.owner)
    page, press = (
        f"/admin/e/{where.slug}/demos/",
        f"/admin/act/schedule-demos/{where.pk}/",
    )
    assert "Schedule 3 site visits" in client.get(page).text
    form: Any = client.get(press).context["form"]
    asked = {name: form[name].value() for name in form.fields}
    days = [asked[option.pk.hex] for option in (acme, globex, initech)]
    assert days == sorted(set(days))
    assert all(day.weekday() < 5 for day in days)
    data = {**asked, initech.pk.hex: "", "guests": [], "meeting_url": ""}
    assert signed_in(stakeholders.holder("it")).post(press, data).status_code == 403
    assert client.post(press, data).status_code == 302
    made = Demo.objects.order_by("scheduled_for")
    assert [demo.candidate for demo in made] == [acme, globex]
    assert list(made.values_list("scheduled_for__date", flat=True)) == days[:2]
    assert made[0].title.startswith("Site visit of ")
    assert made[0].script_items.exists()
    assert "Schedule 1 site visit" in client.get(page).text
    assert client.post(press, data | {initech.pk.hex: days[2]}).status_code == 302
    assert "schedule-demos" not in client.get(page).text
    assert client.post(press, data).status_code == 409


def test_strangers_find_no_demo(acme: Candidate) -> None:
    demo = trials.demo(acme)
    for path in (f"demos/{demo.pk}/", f"demos/{demo.pk}/script/"):
        assert signed_in(common.noor()).get(f"/admin/{path}").status_code == 404
    assert act("draw-up-script", demo, common.noor()) == 404


def test_the_script_is_drawn_up_changed_and_printed(acme: Candidate) -> None:
    demo, it = trials.demo(acme), stakeholders.holder("it")
    assert act("draw-up-script", demo, it) == 302
    item = demo.script_items.get()
    form = {"question": "Show <b>it</b>", "minutes": "7"}
    assert act("change-script-item", item, it, **form) == 302
    own = {"question": "And the bill?", "minutes": "5"}
    assert act("add-script-item", demo, it, **own) == 302
    paper = signed_in(it).get(f"/admin/demos/{demo.pk}/script/").content.decode()
    assert "Show &lt;b&gt;it" in paper
    assert "☐ not shown" in paper
    assert act("judge-item", item, it, verdict="holds", **trials.SETTING) == 400


def test_each_item_is_judged_with_one_tap_once_it_is_held(acme: Candidate) -> None:
    demo, it = trials.demo(acme), stakeholders.holder("it")
    act("draw-up-script", demo, it)
    item = demo.script_items.get()
    claim = trials.claim_of(acme).pk
    assert (
        act("judge-item", item, it, verdict="holds", claim=claim, **trials.SETTING)
        == 409
    )
    assert act("hold-demo", demo, it, attendees="Elif, two of theirs") == 302
    body = signed_in(it).get(f"/admin/demos/{demo.pk}/").content.decode()
    for value in ("holds", "partly", "fails", "not_shown"):
        assert f'name="verdict" value="{value}"' in body
    back = f"/admin/demos/{demo.pk}/#item-{item.pk}"
    answer = signed_in(it).post(
        f"/admin/act/judge-item/{item.pk}/",
        {"verdict": "not_shown", "claim": claim, "next": back, **trials.SETTING},
    )
    assert answer.headers["Location"] == back
    assert (
        act("judge-item", item, it, verdict="fails", claim=claim, **trials.SETTING)
        == 400
    )
    found = Evidence.objects.get()
    assert (found.source, found.verdict, found.script_item) == (
        "demo",
        "not_shown",
        item,
    )


def test_what_somebody_judged_meanwhile_is_told_and_replaced_once_seen(
    acme: Candidate,
) -> None:
    item, claim = held_item(acme), trials.claim_of(acme)
    trials.verdict(claim, "demo", "fails", note="It froze.", script_item=item)
    status, said = judge_in_place(item, claim=claim.pk, seen="")
    assert status == 409
    assert "Send again to replace theirs." in said["sentence"]
    assert "It froze." in said["difference"]
    assert Evidence.objects.count() == 1
    assert judge_in_place(item, **said["versions"])[0] == 200
    newest = Evidence.objects.latest("recorded_at")
    assert (newest.verdict, newest.note) == ("holds", "It took four minutes.")


def test_a_verdict_that_is_refused_in_place_names_its_field(acme: Candidate) -> None:
    item, claim = held_item(acme), trials.claim_of(acme)
    fields = {"claim": claim.pk, "verdict": "fails", "note": ""}
    status, said = judge_in_place(item, **fields)
    assert (status, list(said["errors"])) == (400, ["note"])
    assert not Evidence.objects.exists()


def test_whoever_has_an_interest_judges_nothing(acme: Candidate) -> None:
    demo, it = trials.demo(acme), stakeholders.holder("it")
    act("draw-up-script", demo, it)
    act("hold-demo", demo, it, attendees="We")
    declare_conflict(candidate=acme, has_interest=True, statement="Shares", by=it)
    page = signed_in(it).get(f"/admin/demos/{demo.pk}/")
    assert page.status_code == 403
    assert "You declared a conflict of interest in Acme ML." in page.text
    form = {"verdict": "holds", "claim": trials.claim_of(acme).pk, **trials.SETTING}
    assert act("judge-item", demo.script_items.get(), it, **form) == 403


def test_what_dazzles_scores_nothing(acme: Candidate) -> None:
    demo, it = trials.demo(acme, held=True), stakeholders.holder("it")
    assert act("add-dazzle", demo, it, text="A talking robot") == 302
    item = demo.script_items.get()
    assert item.off_script
    assert act("judge-item", item, it, verdict="holds") == 400
    body = signed_in(it).get(f"/admin/demos/{demo.pk}/").content.decode()
    assert "A talking robot" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_item_is_judged_with_one_tap_once_it_is_held",
)
def test_a_demo_that_was_called_off_says_why_and_offers_nothing(
    acme: Candidate,
) -> None:
    demo, it = trials.demo(acme), stakeholders.holder("it")
    where, owner = acme.evaluation, acme.evaluation.owner
    act("draw-up-script", demo, it)

    def offered(who: User) -> set[str]:
        body = signed_in(who).get(f"/admin/demos/{demo.pk}/").content.decode()
        return set(re.findall(r"/admin/act/([a-z-]+)/", body))

    assert "call-off-demo" in offered(owner)
    assert "call-off-demo" not in offered(it)
    why = "Their <b>engineer</b> is ill."
    assert act("call-off-demo", demo, it, reason=why) == 403
    assert act("call-off-demo", demo, owner) == 400
    assert act("call-off-demo", demo, owner, reason=why) == 302
    for path in (f"demos/{demo.pk}/", f"e/{where.slug}/demos/"):
        body = signed_in(it).get(f"/admin/{path}").content.decode()
        assert "called off" in body
        assert "to come" not in body
        assert "Their &lt;b&gt;engineer" in body
    assert offered(owner) == offered(it) == set()
    listed = signed_in(auditing(it)).get("/admin/trials/demo/").content.decode()
    assert "called off at" in listed.lower()
    assert act("call-off-demo", demo, owner, reason=why) == 409
    assert act("move-demo", demo, owner, **WHEN, minutes="30") == 409


def test_a_demo_of_an_eliminated_candidate_says_why_it_cannot_start(
    acme: Candidate,
) -> None:
    demo, it = trials.demo(acme), stakeholders.holder("it")
    eliminate(candidate=acme, reason="Too dear.", by=acme.evaluation.owner)
    body = signed_in(it).get(f"/admin/demos/{demo.pk}/").content.decode()
    assert "hold-demo" not in body
    assert "Acme ML was eliminated: Too dear. Bring it back first." in body
    assert "move-demo" not in body
    assert act("hold-demo", demo, it, attendees="We") == 409
