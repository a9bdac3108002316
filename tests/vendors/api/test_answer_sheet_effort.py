"""A vendor's sheet says what an answer costs in days, where that is asked."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.vendors.api.conftest import Party, refused
from tests.vendors.api.test_answer_sheet import fetch, fill, send
from vendors.models import Claim, Effort

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "how": "configure",
    "days": {"low": "2.5", "likely": "2.5", "high": "2.5"},
    "by": "vendor",
}


@pytest.fixture
def asking(acme: Party) -> Party:
    where = acme.candidate.evaluation
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=True)
    acme.candidate.refresh_from_db()
    return acme


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_does_not_fit_names_its_cell[now-build, 5/10-Days are 0"
    ".5 to 2,000, in halves, lowest first.]",
)
def test_the_column_takes_it_keeps_it_changes_it_and_takes_it_back(
    asking: Party,
) -> None:
    book = fetch(asking)
    heads = [cell.value for cell in book["Answers"][1]]
    assert heads[-2:] == ["Holds for", "Effort"]
    send(asking, fill(book, F2="now", I2="Yes.", M2="configure, 2,5 days, vendor"))
    assert Effort.objects.get().said == SAID
    again = fetch(asking)
    assert again["Answers"]["M2"].value == "configure, 2.5 days, vendor"
    assert send(asking, again).json()["unchanged"] == 1
    told = send(asking, fill(fetch(asking), M2="Konfigurieren; 4; Auftraggeber"))
    (change,) = told.json()["changes"]
    assert change["before"]["effort"] == SAID | {"revision": 1}
    days = dict.fromkeys(SAID["days"], "4")
    assert change["after"]["effort"] == SAID | {"days": days, "by": "buyer"}
    # Another effort makes no other words.
    assert Claim.objects.get().revision == 1
    stands = Effort.objects.get(superseded_at=None)
    said = (stands.revision, stands.said["days"]["likely"], stands.by)
    assert said == (2, "4", "buyer")
    send(asking, fill(fetch(asking), M2=None))
    assert Effort.objects.get(superseded_at=None).how == ""


@pytest.mark.parametrize(
    ("availability", "typed", "sentence"),
    [
        ("now", "easy", "Write it as in “configure, 3 days, vendor”."),
        ("now", "3 days", "Say how: out_of_box, configure, customise or build."),
        ("now", "out of the box, 1", "Out of the box takes no days; choose configure."),
        ("now", "build, 5/10", "Days are 0.5 to 2,000, in halves, lowest first."),
        ("now", "build, 1.000,5", "Days are 0.5 to 2,000, in halves, lowest first."),
        ("never", "build", "What you do not offer takes no effort."),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[now-build, 5/10-Days are 0.5 to 2,000, in halves, lowest first.]",
)
def test_what_does_not_fit_names_its_cell(
    asking: Party, availability: str, typed: str, sentence: str
) -> None:
    book = fill(fetch(asking), F2=availability, I2="Yes.", M2=typed)
    (error,) = refused(send(asking, book), 400)["errors"]
    assert (error["pointer"], error["detail"]) == ("#/Answers/M2", sentence)
    assert not Claim.objects.exists()


def test_an_invitation_that_asks_for_none_has_no_column_and_takes_none(
    acme: Party,
) -> None:
    book = fetch(acme)
    assert "Effort" not in [cell.value for cell in book["Answers"][1]]
    assert "Effort" not in str([*book["How to"].values])
    filled = fill(book, F2="now", I2="Yes.", M1="Effort", M2="out of the box")
    (error,) = refused(send(acme, filled), 400)["errors"]
    assert error["detail"] == "This invitation asks for no effort."
    assert not Effort.objects.exists()
