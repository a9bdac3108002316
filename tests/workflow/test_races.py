"""Two at once: one step, one entry, one verdict (T24, T26).

`./dev bench advance` runs the hundred and five hundred rounds.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, Visit
from evaltracker.evaluations.verifying import find_break
from evaltracker.workflow.inbox.glances import Awaited
from evaltracker.workflow.services.sign_offs import remind_colleague
from evaltracker.workflow.services.stages import advance
from stakeholders.models import SignOff
from stakeholders.services.people import delegate
from tests.at_once import at_once
from tests.factories import stakeholders
from tests.factories.workflow import ready_to_advance, shown, sign_as, to_be_signed
from tests.served import app_login, served
from tests.tiers import by_tier
from tests.workflow.racing import AT_ONCE, Desk, advance_against_decline

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
type Figure = Callable[[str], None]


def test_t26_forty_advances_at_once_move_it_one_step(figure: Figure) -> None:
    where = ready_to_advance()
    results = at_once(
        AT_ONCE,
        lambda _: advance(evaluation=where, from_stage="requirements", by=where.owner),
    )
    moved = [result for result in results if isinstance(result, Evaluation)]
    refused = [result for result in results if isinstance(result, Refused)]
    assert (len(moved), len(refused)) == (1, AT_ONCE - 1)
    assert {one.code for one in refused} == {"moved_meanwhile"}
    assert Entry.objects.filter(action="stage.advanced").count() == 1
    assert Visit.objects.filter(evaluation=where).count() == 2
    assert find_break(where) is None
    figure("T26: 40 advances at once, 1 step")


@pytest.mark.parametrize(
    "often",
    by_tier(4, 12, reason="the same race three times as often"),
)
def test_t26_an_advance_and_a_decline_are_never_both(
    figure: Figure, often: int
) -> None:
    rounds = [advance_against_decline() for _ in range(often)]
    assert (True, True) not in rounds
    # One of the two happens each time, or the race was none.
    assert (False, False) not in rounds
    won = sum(moved for moved, _ in rounds)
    figure(f"T26: {often} rounds, {won} advances, {often - won} declines, 0 both")


def test_two_presses_send_one_reminder() -> None:
    where = to_be_signed("it")
    awaited = Awaited(where, "sign_off", [stakeholders.holder("it")])
    results = at_once(8, lambda _: remind_colleague(awaited=awaited, by=where.owner))
    assert sum(isinstance(result, Refused) for result in results) == 7
    assert Notice.objects.filter(kind="reminded").count() == 1


def test_two_lenders_at_once_replace_one_substitute() -> None:
    """With the first of them enough people have signed, so the other is refused."""
    where = to_be_signed()
    roles, priya = ("it", "devops"), stakeholders.holder("pm")
    for role in roles:
        part, today = where.stakeholders.get(role=role), timezone.localdate()
        days = {"starts_on": today, "ends_on": today}
        delegate(stakeholder=part, substitute=priya, by=part.user, anyway=True, **days)
    rules = where.sign_off_rules.exclude(role__in=("pm", *roles))
    rules.delete()
    for role in ("pm", *roles):
        sign_as(where, role, by=priya)
    words = shown(where)
    results = at_once(2, lambda number: sign_as(where, roles[number], shown=words))
    (refused,) = [result for result in results if isinstance(result, Refused)]
    assert "has approved; nobody else needs to sign." in refused.sentence
    assert SignOff.objects.filter(on_behalf_of=None).count() == 2
    assert find_break(where) is None


@pytest.mark.redis
@pytest.mark.parametrize(
    ("many", "workers"),
    [
        (8, 2),
        pytest.param(
            *(AT_ONCE, 4),
            marks=pytest.mark.nightly(
                reason="each push sends eight at once to two processes", short="[8-2]"
            ),
        ),
    ],
)
def test_t24_verdicts_at_once_by_one_person_record_one(
    tmp_path: Path, figure: Figure, many: int, workers: int
) -> None:
    where = ready_to_advance()
    own = {"SECRET_KEY": settings.SECRET_KEY}
    with (
        app_login() as url,
        served(
            tmp_path,
            settings="tests.settings",
            workers=workers,
            DATABASE_URL=url,
            **own,
        ) as site,
    ):
        desk = Desk(site, where)
        assert desk.verdicts(many) == {302: 1, 409: many - 1}
        desk.ask_anew()
        assert desk.verdicts(many) == {302: 1, 409: many - 1}
    assert SignOff.objects.filter(role="devops").count() == 2
    assert desk.told("sign_off.given") == 2
    assert desk.told("sign_off.refused") == 2 * (many - 1)
    assert find_break(where) is None
    figure(
        f"T24: {many} verdicts at once over {workers} processes: 1 recorded, "
        f"{many - 1} × 409, journaled"
    )
