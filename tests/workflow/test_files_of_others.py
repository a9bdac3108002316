"""Every file of other people that we have, given to everything that reads files.

It is read with what is asked about it, or refused with a sentence for people; never is
it anything else. What comes in right in detail, the tests of each kind say.
"""

from pathlib import Path

import pytest

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.kinds import KINDS
from tests.factories import common
from tests.imported import plan_of
from tests.taken_back import taken_back
from tests.tiers import by_tier

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def files() -> list[str]:
    return sorted(
        str(path.relative_to(DATA))
        for path in DATA.glob("*/*")
        if path.is_file() and path.name != "SOURCE.md"
    )


def is_sentence(text: str) -> bool:
    return len(text.split()) > 3 and text.strip().endswith((".", "”", ")"))


def check_file(where: Evaluation, name: str) -> None:
    """It is read, or refused with a sentence."""
    content = (DATA / name).read_bytes()
    for kind in KINDS:
        try:
            plan = plan_of(kind, where, content, name=name)
        except Problem as problem:
            assert is_sentence(problem.sentence), kind
            continue
        assert plan.new or plan.lines or plan.remarks, kind
        assert all(is_sentence(refusal.sentence) for refusal in plan.refused), kind


@pytest.mark.parametrize(
    "turns",
    by_tier(
        4,
        1,
        reason="every file; each push reads every fourth",
    ),
)
def test_a_file_is_read_or_refused_with_a_sentence(
    where: Evaluation, subtests: pytest.Subtests, turns: int
) -> None:
    assert len(files()) > 70
    for name in files()[::turns]:
        with subtests.test(name), taken_back():
            check_file(where, name)
