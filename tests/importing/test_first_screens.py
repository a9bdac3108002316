"""The first screen of a stranger's table shows lines, and no red."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.factories import common, vendors
from tests.import_pages import Importer
from tests.rows.foreign import FOLDER, SLUGS, expected_of_files
from tests.tiers import by_tier

pytestmark = pytest.mark.django_db
# Any refusal or error before the first answer.
RED = ('role="alert"', 'rd-refused"', 'data-kind="refused"', "et-errors")
LEAST = 47


def world_of(name: str) -> tuple[Evaluation, str]:
    """An evaluation with what the file's person has, and what is imported."""
    expected = expected_of_files()[name]
    given, subject = expected["given"], expected["subject"]
    where = common.evaluation(title=name, currency=given.get("currency", "EUR"))
    for at, text in enumerate(given.get("requirements", ()), 1):
        common.requirement(where, ref=f"R{at}", text=text)
    for candidate in given.get("candidates", ()):
        vendors.candidate(where, name=candidate)
    if subject == "answers":
        vendors.enter(where, "research")
    return where, SLUGS.get(subject, subject)


@pytest.mark.parametrize(
    "every",
    by_tier(
        5,
        1,
        reason="each of the tables; each push shows every fifth",
    ),
)
def test_first_screens_of_strangers_tables_are_without_red(every: int) -> None:
    red = {}
    files = [*expected_of_files()]
    for name in files[::every]:
        where, slug = world_of(name)
        desk = Importer(where, slug, where.owner)
        answer = desk.post((FOLDER / "files" / name).read_bytes(), name)
        assert answer.status_code == 302, name
        body = desk.see()
        if marks := [mark for mark in RED if mark in body]:
            red[name] = marks
    assert len(files) - len(red) >= LEAST, red
