"""What is said of a thing is for whom the thing is for, and for nobody else."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Comment, Evaluation, User
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.portable.registry import part_of
from evaltracker.portable.writing import document_of
from evaltracker.talk.rules import counts_of
from evaltracker.workflow.admin.overview import MEMO_PARTS
from evaltracker.workflow.services.stages import compile_memo
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.talk.talking import say, subject
from tests.workflow.deciding import ready_to_decide
from trials.services.trials import record_gap
from vendors.models import Candidate
from vendors.services.candidates import clear_conflict, declare_conflict
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db


def an_option() -> Candidate:
    """A candidate with a price, in a trial; Dana has an interest in its rival."""
    where = trials.platform("must")
    option = trials.claimed(where)
    rival = vendors.candidate(where, "Globex ML")
    declare_conflict(
        candidate=rival,
        has_interest=True,
        statement="My brother works there.",
        by=stakeholders.holder("devops"),
    )
    set_cost_line(
        candidate=option, kind="licence", likely=Decimal(1000), by=where.owner
    )
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    return option


def of_all_topics(option: Candidate) -> dict[str, tuple[Any, object]]:
    """A row and a part for each topic."""
    where = option.evaluation
    asked = where.requirements.get(ref="R1")
    gap = record_gap(
        trial=trials.trial(option),
        severity="challenge",
        text="It stops at noon.",
        by=where.owner,
    )
    return {
        "brief": (where, ""),
        "requirement": (asked, ""),
        "candidate": (option, ""),
        "cell": (option, asked.pk),
        "cost_line": (option.cost_lines.get(), ""),
        "gap": (gap, ""),
        "decision": (where, ""),
        "memo": (where, "why"),
    }


def test_who_may_be_mentioned_is_who_may_see_it_on_every_topic() -> None:
    option = an_option()
    where = option.evaluation
    rows = of_all_topics(option)
    assert rows.keys() == TOPICS.keys()
    cast = [where.owner, common.noor()]
    cast += [stakeholders.holder(role) for role in stakeholders.PEOPLE]
    for stage in ("requirements", "trials", "decision", "opened"):
        if stage == "opened":
            vendors.open_prices(where)
        else:
            vendors.enter(where, stage)
        for name, (row, part) in rows.items():
            topic = TOPICS[name]
            named = set(topic.audience(where))
            seeing = {it for it in cast if topic.find(it, row.pk, str(part))}
            assert named == seeing, (name, stage)


def test_a_price_is_talked_about_by_who_may_see_it_alone() -> None:
    option = an_option()
    where, line = option.evaluation, option.cost_lines.get()
    ivan = stakeholders.holder("it")
    comment = say("cost_line", line, where.owner, "Too dear.")
    assert not Comment.objects.visible_to(ivan).exists()
    assert counts_of(ivan, where, "cost_line") == {}
    assert counts_of(where.owner, where, "cost_line") == {(line.pk, ""): 1}
    with pytest.raises(Invalid, match="may not see a cost line"):
        say("cost_line", line, where.owner, mentions=[ivan])
    vendors.open_prices(where)
    assert Comment.objects.visible_to(ivan).get() == comment
    assert say("cost_line", line, where.owner, mentions=[ivan]).mentions.count() == 1


def test_who_has_an_interest_hears_nothing_of_any_candidate() -> None:
    option = an_option()
    where, dana = option.evaluation, stakeholders.holder("devops")
    asked = where.requirements.get(ref="R1")
    say("cell", option, where.owner, part=asked.pk)
    said = say("requirement", asked, where.owner)
    assert list(Comment.objects.visible_to(dana)) == [said]
    conflict = dana_interest(option)
    clear_conflict(conflict=conflict, reason="He left.", by=where.owner)
    assert Comment.objects.visible_to(dana).count() == 2


def dana_interest(option: Candidate) -> Any:
    rival = option.evaluation.candidates.get(name="Globex ML")
    return rival.conflicts.barring().get()


def body(client: Client, url: str) -> tuple[int, str]:
    """Status and page, without what is another on every answer."""
    answer = client.get(url)
    text = answer.content.decode().replace(url, "")
    return answer.status_code, re.sub(r".*csrf.*", "", text, flags=re.IGNORECASE)


def test_what_is_sealed_answers_as_what_is_not_there() -> None:
    option = an_option()
    where, line = option.evaluation, option.cost_lines.get()
    said = say("cost_line", line, where.owner)
    ivan = signed_in(stakeholders.holder("it"))
    discuss = subject("cost_line", line, where.owner).pk
    for act, there in (("discuss", discuss), ("resolve-thread", str(said.pk))):
        absent = there[:-4] + ("0000" if there[-4:] != "0000" else "1111")
        one, other = (
            reverse("admin:act_on", args=[act, key]) for key in (there, absent)
        )
        assert body(ivan, one) == body(ivan, other)
        assert ivan.get(one).status_code == 404
        assert ivan.post(one, {"text": "Hi"}).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key.upper(),
        lambda key: f"{key}.x",
        lambda key: key.replace("-", ""),
        lambda key: "cat.1",
        lambda key: "",
        lambda key: "requirement.%00",
    ],
)
@pytest.mark.nightly(
    reason="6 values; each push has the first of them",
    short="[<lambda>0]",
)
def test_no_other_spelling_of_an_address_is_another_thread(
    spoil: Callable[[str], str],
) -> None:
    where = trials.platform("must")
    key = subject("requirement", where.requirements.get(), where.owner).pk
    client = signed_in(where.owner)
    assert client.get(f"/admin/act/discuss/{key}/").status_code == 200
    assert client.get(f"/admin/act/discuss/{spoil(key)}/").status_code == 404


def test_a_hand_made_mention_of_who_may_not_see_it_is_refused() -> None:
    option = an_option()
    where, dana = option.evaluation, stakeholders.holder("devops")
    url = f"/admin/act/discuss/{subject('candidate', option, where.owner).pk}/"
    page = signed_in(where.owner).get(url).content.decode()
    assert "Ivan" in page
    assert "Dana" not in page
    for key in (dana.pk, common.noor().pk, "x"):
        sent = {"text": "Look", "mentions": [key]}
        answer = signed_in(where.owner).post(url, sent)
        assert answer.status_code == 400
        assert "may not see this" in answer.content.decode()
    assert not Comment.objects.exists()


def test_the_journal_and_an_export_keep_the_place_from_whom_it_is_sealed() -> None:
    option = an_option()
    where = option.evaluation
    say("cost_line", option.cost_lines.get(), where.owner, "Psst")
    ivan = stakeholders.holder("it")
    place = "Acme ML, licence"
    journal = reverse("admin:evaluation_journal", args=[where.slug])
    assert place in signed_in(where.owner).get(journal).content.decode()
    assert place not in signed_in(ivan).get(journal).content.decode()
    told = document_of(where, ivan)
    assert told["comments"] == []
    assert place not in str(told["journal"])
    whole = document_of(where, where.owner)
    assert [row["text"] for row in whole["comments"]] == ["Psst"]
    # Whether anything was said there is not told either: this is of what may be.
    sealed = part_of(Comment).sealed
    assert sealed is not None
    assert sealed(ivan, where)
    assert not sealed(where.owner, where)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_who_has_an_interest_hears_nothing_of_any_candidate",
)
def test_parts_of_the_memo_are_its_headings() -> None:
    where, _ = ready_to_decide(rival="Globex ML")
    text = compile_memo(Evaluation.objects.get(pk=where.pk))["text"]
    front = text.partition("## Appendix")[0]
    headings = re.findall(r"^## (.+)$", front, flags=re.MULTILINE)
    assert set(headings) <= set(MEMO_PARTS.values())
    assert len(headings) > 6


def test_an_operator_reads_no_talk_and_adds_none() -> None:
    where = trials.platform("must")
    key = subject("requirement", where.requirements.get(), where.owner).pk
    otto: User = common.otto()
    client = signed_in(otto)
    assert client.get(f"/admin/act/discuss/{key}/").status_code == 403
    page = reverse("admin:evaluation_requirements", args=[where.slug])
    assert "act/discuss" not in client.get(page).content.decode()
