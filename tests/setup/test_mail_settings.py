"""EMAIL_URL names a mail server or a provider; what it means is settled at start."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers
from pytest_django import Settings

from evaltracker import environment


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("anymail+postmark://?server_token=abc", {"server_token": "abc"}),
        (
            "anymail+mailgun://?api_key=k&sender_domain=m.example.org",
            {"api_key": "k", "sender_domain": "m.example.org"},
        ),
        ("anymail+resend://?api_key=k%26k", {"api_key": "k&k"}),
        ("anymail+brevo://?api_key=k", {"api_key": "k"}),
    ],
)
def test_a_provider_is_named_with_its_key(
    url: str,
    options: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)

    made = environment.mailer()

    assert made["OPTIONS"] == options
    settings.MAILERS = {"default": made}
    assert type(mailers.default).__module__ in made["BACKEND"]


def test_a_provider_that_nobody_knows_is_refused_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMAIL_URL", "anymail+pigeon://?api_key=k")
    with pytest.raises(ImproperlyConfigured, match=r"pigeon.*anymail\+mailgun"):
        environment.mailer()
