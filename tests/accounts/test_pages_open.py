"""The account's pages, read without a browser: each opens, and says what it is."""

import re

import pytest
from django.test import Client

from tests.accounts.provider import Provider
from tests.accounts.test_pages_in_the_browser import INSIDE, OUTSIDE
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db
HEADING = re.compile(r"<h1\b")
# What the policy would stop, and the browser would complain of.
INLINE = re.compile(r"<[a-z][^>]*\s(?:on[a-z]+|style)=", re.IGNORECASE)


def test_every_page_opens_under_the_policy(provider: Provider) -> None:
    inside = signed_in(common.lina())
    readers = dict.fromkeys(OUTSIDE, Client()) | dict.fromkeys(INSIDE, inside)
    for path, client in readers.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], path
        assert '<html lang="en' in answer.text, path
        assert len(HEADING.findall(answer.text)) == 1, path
        assert INLINE.findall(answer.text) == [], path
