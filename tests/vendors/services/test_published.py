"""From when on a requirement is published, and how its mails are gathered."""

import datetime

import pytest

from evaltracker.requirements.services.requirements import change_requirement
from tests.factories import common, vendors
from tests.vendors.mails import to_whom
from vendors.services.contacts import gathering_end

pytestmark = pytest.mark.django_db
KIND = "requirement_changed"


def test_sent_back_to_requirements_they_stay_published() -> None:
    where = common.evaluation()
    asked = common.requirement(where)
    vendors.in_research(where)
    acme = vendors.invited(where)
    vendors.claim(acme, asked)
    vendors.enter(where, "requirements")
    change_requirement(requirement=asked, text="New", by=where.owner)
    asked.refresh_from_db()
    assert asked.revision == 2
    assert [claim.requirement.ref for claim in vendors.to_reconfirm(acme)] == ["R1"]


def test_a_draft_has_no_revisions_and_tells_nobody() -> None:
    draft = common.evaluation(title="Draft")
    one = common.requirement(draft)
    change_requirement(requirement=one, text="New", by=draft.owner)
    assert draft.requirements.get().revision == 1
    assert to_whom(KIND) == []


def test_mail_is_gathered_for_five_to_twenty_minutes() -> None:
    for minute in range(60):
        now = datetime.datetime(2026, 11, 24, 9, minute, 30, tzinfo=datetime.UTC)
        end = gathering_end(now)
        assert end.minute % 15 == 0
        wait = (end - now).total_seconds() / 60
        assert 5 <= wait <= 20, minute
