"""T59: what is kept is what a count from nothing gives, whatever happened before."""

import datetime
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.errors import Problem
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.registry import only_reading
from evaltracker.workflow.gates.context import gate_reports
from evaltracker.workflow.management.commands.verify_ledger import differences
from evaltracker.workflow.services.sign_offs import look_at_what_moved
from tests.at_once import at_once
from tests.factories import common, stakeholders, trials, vendors
from tests.factories.workflow import sign_as
from trials.models import Excuse
from trials.services.evidence import excuse_knock_out, withdraw_excuse
from vendors.models import Claim, Vendor
from vendors.services.candidates import change_vendor, eliminate, reinstate, shortlist
from vendors.services.claims import note_claim, revoke_ruling, rule_not_applicable

pytestmark = pytest.mark.django_db(transaction=True)
# How often each of a dozen kinds of steps is taken.
STEPS = (
    1,
    *(
        pytest.param(
            often,
            marks=pytest.mark.nightly(
                reason="each push takes a step of each kind once", short="[1]"
            ),
        )
        for often in (17, 170)
    ),
)
AT_ONCE = 4
TURNS = (
    8,
    pytest.param(
        40,
        marks=pytest.mark.nightly(reason="the same, five times as long", short="[8]"),
    ),
    pytest.param(
        160,
        marks=pytest.mark.nightly(reason="the same for half a minute", short="[8]"),
    ),
)
type Step = Callable[[Evaluation, random.Random], Any]


def note(where: Evaluation, chance: random.Random) -> None:
    said = chance.choice(("now", "beta", "planned", "never"))
    today = timezone.now().date()
    later = today + datetime.timedelta(days=chance.randrange(1, 9))
    note_claim(
        candidate=chance.choice(where.candidates.filter(kind="open_source")),
        requirement=chance.choice(where.requirements.all()),
        availability=said,
        available_from=later if said == "planned" else None,
        statement=f"So it is said, {chance.random()}.",
        by=where.owner,
    )


def judge(where: Evaluation, chance: random.Random) -> None:
    claim = Claim.objects.filter(superseded_at=None).order_by("?").first()
    if claim is not None:
        source = chance.choice(("research", "demo", "trial"))
        verdict = chance.choice(("holds", "partly", "fails"))
        trials.verdict(claim, source, verdict)


def rule(where: Evaluation, chance: random.Random) -> None:
    option = chance.choice(where.candidates.all())
    ruling = option.rulings.first()
    if ruling is not None:
        revoke_ruling(ruling=ruling, reason="It does apply.", by=where.owner)
        return
    needed = chance.choice(where.requirements.all())
    rule_not_applicable(
        candidate=option, requirement=needed, reason="Not here.", by=where.owner
    )


def excuse(where: Evaluation, chance: random.Random) -> None:
    given = Excuse.objects.standing().first()
    if given is not None:
        withdraw_excuse(excuse=given, reason="No more.", by=where.owner)
        return
    excuse_knock_out(
        candidate=chance.choice(where.candidates.all()),
        requirement=chance.choice(where.requirements.all()),
        reason="There is a way around it.",
        by=where.owner,
    )


def move(where: Evaluation, chance: random.Random) -> None:
    option = chance.choice(where.candidates.all())
    how: Any = chance.choice((shortlist, eliminate, reinstate))
    more = {} if how is shortlist else {"reason": "So it was decided."}
    how(candidate=option, by=where.owner, **more)


def ask(where: Evaluation, chance: random.Random) -> None:
    change_requirement(
        requirement=chance.choice(where.requirements.all()),
        weight=chance.randrange(1, 11),
        by=where.owner,
    )


def brief(where: Evaluation, chance: random.Random) -> None:
    budget = chance.randrange(10, 99) * 1000
    change_brief(evaluation=where, budget=budget, by=where.owner)


def sign(where: Evaluation, chance: random.Random) -> None:
    sign_as(where, chance.choice(("it", "pm")))


def stop(where: Evaluation, chance: random.Random) -> None:
    person = User.objects.get(username=chance.choice(("ivan", "priya")))
    person.is_active = not person.is_active
    person.save()


def rename_person(where: Evaluation, chance: random.Random) -> None:
    User.objects.filter(username="ivan").update(last_name=f"I{chance.random()}")


def rename_vendor(where: Evaluation, chance: random.Random) -> None:
    change_vendor(vendor=Vendor.objects.get(), name=f"Co {chance.random()}", by=SYSTEM)


def work(where: Evaluation, chance: random.Random) -> None:
    look_at_what_moved()


STEPS_TAKEN: tuple[Step, ...] = (
    *(note, judge, rule, excuse, move, ask, brief, sign, stop),
    *(rename_person, rename_vendor, work),
)


@pytest.fixture
def where() -> Evaluation:
    where = trials.platform("must", "must", "should")
    stakeholders.sign_off_rules(where, "trials", roles=("it", "pm"))
    vendors.invited(where, "Acme ML")
    for name in ("Own build", "Other"):
        vendors.candidate(where, name, "open_source")
    for option in where.candidates.all():
        shortlist(candidate=option, by=where.owner)
    return vendors.enter(where, "trials")


@pytest.mark.parametrize("often", STEPS)
def test_after_every_step_what_is_kept_is_what_is_counted(
    where: Evaluation, figure: Callable[[str], None], often: int
) -> None:
    chance = random.Random(59)
    steps = [*STEPS_TAKEN] * often
    chance.shuffle(steps)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        taken = 0
        for number, step in enumerate(steps):
            try:
                step(where, chance)
                taken += 1
            except Problem:
                continue  # a service may refuse; then nothing has changed
            if number % 10 == 9:
                clock.shift(datetime.timedelta(hours=chance.randrange(30)))
            where.refresh_from_db()
            assert differences(where) == [], f"{number}: {step.__name__}"
    assert taken > len(steps) // 2
    figure(
        f"T59: {taken} of {len(steps)} steps taken, and what is kept equal after each"
    )


@pytest.mark.postgres
@pytest.mark.parametrize("turns", TURNS)
def test_writers_and_readers_at_once_leave_kept_what_is_counted(
    where: Evaluation, turns: int
) -> None:
    def write_or_read(number: int) -> int:
        chance, done = random.Random(number), 0
        for _ in range(turns):
            if number < AT_ONCE:
                with suppress(Problem):
                    chance.choice(STEPS_TAKEN)(where, chance)
                    done += 1
            else:
                with only_reading():
                    gate_reports(where)
                    assert standing_memo(where).results
                done += 1
        return done

    done = at_once(2 * AT_ONCE, write_or_read, within=300)
    assert all(isinstance(each, int) and each > turns // 4 for each in done), done
    where.refresh_from_db()
    assert differences(where) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_how_candidates_stand.py"
    "::test_the_leader_is_marked_and_how_likely_it_stays_so_is_said",
)
def test_a_command_counts_everything_again(
    where: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    common.evaluation(title="Another one")
    look_at_what_moved()
    call_command("verify_ledger")
    assert "2 evaluations counted again" in capsys.readouterr().out
    call_command("verify_ledger", where.slug)
    assert "1 evaluation counted again" in capsys.readouterr().out
