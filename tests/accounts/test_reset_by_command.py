"""The last operator's lost phone: a command on the server, which leaves a trace."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, Notice
from tests.accounts.factors import give_app
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db


def test_it_is_gone_logged_and_told() -> None:
    otto = common.otto()
    give_app(otto)
    said = StringIO()
    call_command("reset_second_factor", "otto", stdout=said)
    assert "The second factor of Otto is gone" in said.getvalue()
    assert not Authenticator.objects.filter(user=otto).exists()
    entry = AccountEntry.objects.get(action=AccountAction.FACTOR_REMOVED)
    assert (entry.person, entry.by) == (otto, None)
    assert "on the server" in entry.detail
    assert Notice.objects.get().recipient == otto


@pytest.mark.parametrize(
    ("name", "sentence"), [("otto", "has no second factor"), ("nobody", "Nobody has")]
)
def test_without_one_it_says_so(name: str, sentence: str) -> None:
    common.otto()
    with pytest.raises(CommandError, match=sentence):
        call_command("reset_second_factor", name)


def test_the_list_of_users_shows_factors_logins_and_operators() -> None:
    otto = common.otto()
    give_app(otto)
    common.noor()
    page = signed_in(otto).get("/admin/evaluations/user/").text
    for heading in ("Second factor", "Last login", "Operator"):
        assert heading.lower() in page.lower()
