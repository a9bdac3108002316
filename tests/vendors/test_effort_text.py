"""What an answer costs in days, as a text of a cell and back."""

from typing import Any

import pytest
from django.utils.translation import override

from vendors.fields import read_effort_text, word_of, write_effort

THREE = {"low": "3", "likely": "3", "high": "3"}
RANGE = {"low": "5", "likely": "10", "high": "20.5"}
CONFIGURE = {"how": "configure", "days": THREE, "by": "vendor"}
CUSTOMISE = {"how": "customise", "days": RANGE, "by": "third_party"}
IN_LANGUAGES = [
    ("en", CONFIGURE, "configure, 3 days, vendor"),
    ("de", CONFIGURE, "konfigurieren, 3 Tage, Anbieter"),
    ("fr", CONFIGURE, "configurer, 3 jours, fournisseur"),
    ("en", CUSTOMISE, "customise, 5/10/20.5 days, third party"),
    ("de", CUSTOMISE, "anpassen, 5/10/20.5 Tage, Dritte"),
    ("fr", CUSTOMISE, "adapter, 5/10/20.5 jours, tiers"),
    ("en", {"how": "out_of_box", "days": None, "by": None}, "out of the box"),
    ("de", {"how": "build", "days": None, "by": "buyer"}, "entwickeln, Auftraggeber"),
    ("fr", {"how": "out_of_box", "days": None, "by": None}, "prêt à l’emploi"),
]


@pytest.mark.parametrize(("language", "said", "text"), IN_LANGUAGES)
def test_it_is_written_in_the_language_and_read_in_any(
    language: str, said: dict[str, Any], text: str
) -> None:
    with override(language):
        assert write_effort(said, word_of) == text
    with override("en"):
        again = read_effort_text(text) or {}
    days = again.get("days")
    if days and days.keys() == {"likely"}:
        days = dict.fromkeys(THREE, days["likely"])
    assert {"days": None, "by": None, **again, **({"days": days} if days else {})} == (
        said
    )


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("", None),
        (" ; ", None),
        ("Out-of-the-box", {"how": "out_of_box"}),
        ("OUT_OF_BOX", {"how": "out_of_box"}),
        (
            "configure, 2,5 days, vendor",
            {"how": "configure", "days": {"likely": "2.5"}, "by": "vendor"},
        ),
        (
            "customise; 5/10/20; buyer",
            {
                "how": "customise",
                "days": {"low": "5", "likely": "10", "high": "20"},
                "by": "buyer",
            },
        ),
        ("Build\n1 day", {"how": "build", "days": {"likely": "1"}}),
        # Whoever knows what fits refuses these.
        ("3 days", {"days": {"likely": "3"}}),
        ("build, 5/10", {"how": "build", "days": {"low": "5", "high": "10"}}),
        ("build, 1.000,5", {"how": "build", "days": {"likely": "1.000.5"}}),
    ],
)
def test_people_write_it_in_their_own_way(text: str, sent: object) -> None:
    assert read_effort_text(text) == sent


@pytest.mark.parametrize(
    "text",
    [
        "easy",
        "configure, 3 weeks, vendor",
        "configure, build",
        "configure, 3 days, 4 days",
        "configure, 1/2/3/4",
        "configure, three days",
        "configure,3",
        "=1+1",
        "0" * 5000 + "x",
    ],
)
def test_what_is_no_effort_says_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="Write it as in “configure, 3 days, vendor”"):
        read_effort_text(text)
