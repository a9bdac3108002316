"""Every blocker leads whoever can mend it to the row where that is done."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag

import pytest
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.gates import Blocker
from evaltracker.workflow.gates.context import Mender, gate_reports
from evaltracker.workflow.inbox import next_step
from tests.clients import signed_in
from tests.factories import common
from tests.factories.workflow import to_be_signed
from tests.tiers import by_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]

# Of a stage that an empty evaluation is put into; the demo's are further on.
STAGES = ("requirements", "research", "demos", "trials", "decision")


def empty(stage: str) -> Evaluation:
    """An evaluation without anything, in that stage."""
    where = common.evaluation(owner=common.lina(), title=f"Empty in {stage}")
    where.visits.update(stage=stage)
    Evaluation.objects.filter(pk=where.pk).update(stage=stage)
    return Evaluation.objects.get(pk=where.pk)


def blockers(where: Evaluation) -> Iterator[Blocker]:
    for report in gate_reports(where):
        yield from report.blockers


type Read = dict[tuple[int | None, str], Any]


def wrong_way(where: Evaluation, blocker: Blocker, read: Read) -> str:
    """What is wrong with where a blocker leads its mender; blank if nothing is.

    Many lead to the same page, so `read` keeps what was answered to whom.
    """
    keys = [mender.pk for mender in blocker.menders if mender.pk is not None]
    if blocker.menders and not keys:  # it waits on somebody outside
        keys = [where.owner_id]
    page, anchor = urldefrag(blocker.link)
    for key in keys or [where.owner_id]:
        if (key, page) not in read:
            read[key, page] = signed_in(User.objects.get(pk=key)).get(page)
        answer = read[key, page]
        # Whoever was not asked for their interests is asked first, and led back.
        if "declare-interests" in answer.headers.get("Location", ""):
            continue
        if answer.status_code != 200:
            return f"{answer.status_code} for {blocker.sentence}: {blocker.link}"
        if anchor and f'id="{anchor}"' not in answer.text:
            return f"no #{anchor} for {blocker.sentence}: {blocker.link}"
    return ""


@pytest.mark.parametrize(
    "turns",
    by_tier(
        4,
        1,
        reason="a page for each mender of each; each push follows every fourth",
    ),
)
def test_every_blocker_leads_its_menders_to_its_row(
    people: dict[str, User], turns: int
) -> None:
    every = [
        (where, blocker)
        for where in Evaluation.objects.filter(status="open")
        for blocker in blockers(where)
    ]
    assert len(every) > 10
    read: Read = {}
    answers = [wrong_way(where, blocker, read) for where, blocker in every[::turns]]
    assert [sentence for sentence in answers if sentence] == []


@pytest.mark.parametrize("stage", STAGES)
def test_every_blocker_of_an_empty_evaluation_leads_to_its_row(stage: str) -> None:
    where = empty(stage)
    found = list(blockers(where))
    assert found
    read: Read = {}
    assert [wrong for one in found if (wrong := wrong_way(where, one, read))] == []


def test_who_cannot_mend_it_reads_on_whom_it_waits_and_gets_no_button(
    people: dict[str, User],
) -> None:
    for where in Evaluation.objects.filter(status="open"):
        page = signed_in(people["operator"]).get(
            reverse("admin:evaluation_overview", args=[where.slug])
        )
        gates = page.text.split('id="gates-of-stage"')[1].split("</section>")[0]
        assert 'class="et-button' not in gates, where
        for blocker in blockers(where):
            assert f"Waits on {blocker.names(where)}" in gates, blocker


def test_the_owner_waits_for_a_signature_and_the_signer_has_the_button() -> None:
    where = to_be_signed("it")
    (blocker,) = [found for found in blockers(where) if "IT" in found.sentence]
    (mender,) = blocker.menders
    signer = User.objects.get(pk=mender.pk)
    overview = reverse("admin:evaluation_overview", args=[where.slug])
    theirs = signed_in(signer).get(overview).text
    assert re.search(f'href="{blocker.link}"\\s*>Sign<', theirs)
    owners = signed_in(where.owner).get(overview).text
    assert f'href="{blocker.link}"' not in owners
    assert f"Waits on {signer.name}" in owners
    assert next_step(where).verb == ""
    assert next_step(where).why.endswith(f"It waits on {signer.name}.")


def test_of_many_who_can_mend_it_the_first_are_named() -> None:
    where = to_be_signed()
    people = tuple(Mender(number, f"P{number}") for number in range(5))
    named = [
        Blocker("", "", menders=tuple(Mender(*one) for one in people[:number])).names(
            where
        )
        for number in (1, 2, 3, 5)
    ]
    assert named[2] == "P0, P1 or P2"
    assert named[3] == "P0, P1, P2 or 2 others"
