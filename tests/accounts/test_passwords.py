"""Passwords that others would guess are refused, without asking any other host."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings

from evaltracker.evaluations.models import User

MINA = User(
    username="mina", first_name="Mina", last_name="Parkinson", email="mina@acme.example"
)


@pytest.fixture(autouse=True)
def _of_a_company(settings: Settings) -> None:
    settings.SITE_URL = "https://purchasing.globex.example"


@pytest.mark.parametrize(
    "password",
    [
        # Common and breached ones, as they are and dressed up.
        *("Passw0rd!Passw0rd!", "qwertyuiop[]", "1q2w3e4r5t6y", "iloveyou12345"),
        *("12345678901234", "aaaaaaaaaaaaaaaa", "Summer2026!!!"),
        # Words of the product, the site, the company and the person.
        *(
            "Evaltracker2026!",
            "3v@ltr4cker-123",
            "Vendor-Evaluation-1",
            "Gl0bex!Gl0bex!",
        ),
        *("purchasing.globex", "MinaParkinson27", "p4rkins0n_1984!", "globexparkinson"),
        # Short ones.
        "kV9#tq2LmX",
    ],
)
def test_what_is_easy_to_guess_is_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, MINA)
    assert all(sentence.endswith(".") for sentence in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        *("seven quiet herons", "a quiet heron on globex street", "kV9#tq2LmXw4"),
        # Digits alone, if there are enough of them; spaces; other scripts; very long.
        *("834792837492016", "  spaces at the ends  ", "тихая цапля у реки"),
        "seven quiet herons " * 20,
    ],
)
def test_what_is_hard_to_guess_is_taken_whatever_its_letters(password: str) -> None:
    validate_password(password, MINA)
