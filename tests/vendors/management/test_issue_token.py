"""`issue_token VENDOR`: the key alone on the last line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import vendors
from vendors.selectors.access import recognise

pytestmark = pytest.mark.django_db


def test_the_last_line_is_the_token() -> None:
    vendors.vendor()
    out = StringIO()
    call_command("issue_token", "acme", "--label", "CI", stdout=out)
    token = recognise(out.getvalue().splitlines()[-1])
    assert token is not None
    assert (token.vendor.slug, token.label) == ("acme", "CI")


def test_an_unknown_vendor_is_told_with_the_known_ones() -> None:
    vendors.vendor()
    with pytest.raises(CommandError, match=r"no vendor “globex”. Known: acme"):
        call_command("issue_token", "globex")


def test_a_third_token_is_refused_with_a_sentence() -> None:
    vendors.vendor()
    for _ in range(2):
        call_command("issue_token", "acme", stdout=StringIO())
    with pytest.raises(CommandError, match="revoke one"):
        call_command("issue_token", "acme")
