"""A worker that is killed in the middle of a large import leaves nothing (R50)."""

import datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from evaltracker.evaluations import verifying
from evaltracker.evaluations.models import Import, ImportDraft, JournalHead
from evaltracker.importing.services.imports import work_on_imports
from tests.factories import common, vendors
from tests.faults.import_workers import say_yes, shown, worker
from tests.faults.killing import await_quiet, await_waiting
from tests.tiers import by_tier
from tests.waiting import until
from vendors.models import Claim

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]
ROWS = 700


@pytest.mark.parametrize("next_one", ["this process", "a worker"])
@pytest.mark.nightly(
    reason="a worker killed in an import; each push kills an import",
    short="tests/faults/test_kills.py"
    "::test_an_import_that_is_killed_leaves_nothing_and_may_be_repeated",
)
def test_an_import_whose_worker_is_killed_comes_in_whole_with_the_next(
    app: str, tmp_path: Path, next_one: str
) -> None:
    where = common.evaluation()
    lines = [f"Q{at},What Q{at} asks,{'x' * 2500}" for at in range(ROWS)]
    draft = shown(where, "requirements", ["Ref,Requirement,Remarks", *lines])
    say_yes(draft)
    with transaction.atomic():
        JournalHead.objects.select_for_update().get(evaluation=where)
        first = worker(tmp_path, "first", app)
        try:
            far = ImportDraft.objects.filter(progress__total=ROWS)
            until(far.exists, within=60, what=first.log.read_text)
            await_waiting()
        finally:
            first.kill()
    await_quiet()
    assert where.requirements.count() == 0
    assert not Import.objects.exists()
    left = ImportDraft.objects.get()
    assert left.work == "import"
    assert left.holder is not None
    # What it held it holds no longer than a minute.
    ago = timezone.now() - datetime.timedelta(seconds=1)
    ImportDraft.objects.update(held_until=ago)
    if next_one == "a worker":
        second = worker(tmp_path, "second", app)
        try:
            until(
                lambda: not ImportDraft.objects.exists(),
                within=60,
                what=second.log.read_text,
            )
        finally:
            second.kill()
    else:
        work_on_imports()
        assert not ImportDraft.objects.exists()
    assert where.requirements.count() == ROWS
    assert Import.objects.get().pk == draft.pk
    assert verifying.find_break(where) is None


@pytest.mark.parametrize(
    "who",
    by_tier("this process", "two workers", reason="Two workers take them at once."),
)
def test_of_two_files_that_wait_for_workers_the_second_is_shown_anew(
    app: str, tmp_path: Path, who: str
) -> None:
    """Both were looked at before either came in, and the first one changes what the
    second would do."""
    where = common.evaluation()
    common.requirement(where, "R1")
    vendors.candidate(where)
    vendors.in_research(where)
    filling = "x" * 30_000
    needs = [f"R{at},What R{at} asks,{filling}" for at in range(2, 62)]
    first = shown(where, "requirements", ["Ref,Requirement,Remarks", *needs])
    answers = [f"R{at},Acme ML,yes,{filling}" for at in range(1, 62)]
    names = "Requirement,Candidate,Availability,Filling"
    second = shown(where, "claims", [names, *answers], {"refused": "leave"})
    say_yes(first)
    say_yes(second)
    waiting = ImportDraft.objects.exclude(work="")
    if who == "two workers":
        workers = [worker(tmp_path, name, app) for name in ("first", "second")]
        try:
            until(
                lambda: not waiting.exists(),
                within=60,
                what=workers[0].log.read_text,
            )
        finally:
            for each in workers:
                each.kill()
    else:
        work_on_imports()
        assert not waiting.exists()
    assert where.requirements.count() == 61
    assert not Claim.objects.exists()
    (left,) = ImportDraft.objects.all()
    assert left.pk == second.pk
    assert left.preview is not None
    assert left.preview["notice"].startswith("The evaluation changed since this")
    assert left.preview["facts"]["counts"]["new"] == 61
    assert verifying.find_break(where) is None
