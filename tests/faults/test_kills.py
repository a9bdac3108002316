"""T31, small: what is killed in the middle leaves all of its work or nothing.

Each is killed with its rows written, as it waits to write the journal; `./dev bench
kills` does it twenty times each at random moments.
"""

import io
import os
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from evaltracker.evaluations import verifying
from evaltracker.evaluations.models import JournalHead, Requirement
from tests.factories import common, vendors
from tests.faults.killing import (
    await_quiet,
    await_waiting,
    batch,
    kill_while_sending,
    requirements_file,
    send,
    start_import,
)
from tests.served import served
from vendors.models import Claim

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SOME = 20


def test_a_batch_whose_processes_are_killed_leaves_nothing_and_may_be_sent_again(
    login: str, tmp_path: Path
) -> None:
    where = common.evaluation()
    for at in range(SOME):
        common.requirement(where, f"R{at}", "should")
    vendors.in_research(where)
    candidate = vendors.invited(where)
    assert candidate.vendor is not None
    token, home = (
        vendors.token(candidate.vendor),
        f"/api/v1/invitations/{candidate.pk}/",
    )
    body = batch(SOME, "Yes.")
    with served(tmp_path) as site:
        with transaction.atomic():
            JournalHead.objects.select_for_update().get(evaluation=where)
            sending = partial(send, site, home, token, body)
            kill_while_sending(site, sending, when=await_waiting)
        await_quiet()
        assert Claim.objects.count() == 0
        site.start()
        first = send(site, home, token, body)
        assert first.json() == {"created": SOME, "unchanged": 0}
        site.kill()
        assert Claim.objects.count() == SOME
        site.start()
        again = send(site, home, token, body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert Claim.objects.count() == SOME
    assert verifying.find_break(where) is None


def test_an_import_that_is_killed_leaves_nothing_and_may_be_repeated(
    transactional_db: None, tmp_path: Path
) -> None:
    where = common.evaluation()
    file = requirements_file(tmp_path, SOME)
    env = {**os.environ, "DATABASE_URL": address()}
    with transaction.atomic():
        JournalHead.objects.select_for_update().get(evaluation=where)
        running = start_import(where.slug, file, env)
        await_waiting()
        running.kill()
        running.communicate()
    await_quiet()
    assert Requirement.objects.count() == 0
    assert "has all of it already" not in imported(where.slug, file)
    assert Requirement.objects.count() == SOME
    assert "has all of it already" in imported(where.slug, file)
    assert Requirement.objects.count() == SOME
    assert verifying.find_break(where) is None


def imported(slug: str, file: Path) -> str:
    """What the command says, run to its end in this process."""
    said = io.StringIO()
    call_command("import_requirements", slug, str(file), stdout=said, stderr=said)
    return said.getvalue()


def address() -> str:
    """The DATABASE_URL of the test's own database."""
    given = os.environ["DATABASE_URL"]
    return f"{given.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
