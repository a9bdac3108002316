"""What answers cost in days comes in with rows of answers, and goes again."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories.common import evaluation, requirement
from tests.factories.vendors import candidate, claim, enter, in_research, invited
from tests.imported import plan_of, take_in, undo_last
from vendors.models import Claim, Effort
from vendors.services.claims import note_claim

pytestmark = pytest.mark.django_db
HEAD = "Ref,Candidate,Availability,Effort\n"
ROW = f'{HEAD}R1,Acme ML,now,"configure, 3 days, vendor"\n'


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    Evaluation.objects.filter(pk=place.pk).update(asks_effort=True)
    place.refresh_from_db()
    for ref in ("R1", "R2"):
        requirement(place, ref)
    candidate(place, "Acme ML")
    candidate(place, "Ours", kind="build")
    return enter(place, "research")


def stand(where: Evaluation) -> list[str]:
    rows = Effort.objects.in_evaluation(where).filter(superseded_at=None)
    return [f"{row.requirement.ref} {row.how} {row.likely} {row.by}" for row in rows]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short='::test_what_does_not_fit_is_named[R1,Ours,now,"build, vendor"-Nobo'
    "dy sells this]",
)
def test_it_comes_in_once_changes_alone_and_is_undone(where: Evaluation) -> None:
    take_in("claims", where, ROW)
    assert stand(where) == ["R1 configure 3.0 vendor"]
    assert not Effort.objects.filter(by_vendor=True).exists()
    again = take_in("claims", where, ROW)
    assert (len(again.new), len(again.changed), len(again.same)) == (0, 0, 1)
    changed = take_in("claims", where, ROW.replace("3 days", "4 days"))
    assert len(changed.changed) == 1
    assert stand(where) == ["R1 configure 4.0 vendor"]
    # Another effort makes no other words.
    assert Claim.objects.get().revision == 1
    entry = Entry.objects.filter(action="claims.imported").latest("number")
    assert entry.after["changed"]["Acme ML"]["R1"]["effort"]["days"]["likely"] == "4"
    undo_last(where)
    assert stand(where) == ["R1 configure 3.0 vendor"]


def test_what_a_file_says_nothing_of_stays(where: Evaluation) -> None:
    take_in("claims", where, ROW)
    take_in("claims", where, f"{HEAD}R1,Acme ML,beta,\n")
    assert stand(where) == ["R1 configure 3.0 vendor"]
    assert Claim.objects.get(superseded_at=None).availability == "beta"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("R1,Acme ML,now,easy", "Write it as in"),
        ("R1,Acme ML,no,build", "What you do not offer takes no effort."),
        ('R1,Ours,now,"build, vendor"', "Nobody sells this"),
    ],
)
def test_what_does_not_fit_is_named(where: Evaluation, row: str, sentence: str) -> None:
    (refusal,) = plan_of("claims", where, f"{HEAD}{row}\n").refused
    assert sentence in refusal.sentence
    assert refusal.role == "effort"


def test_it_is_refused_where_none_is_asked(where: Evaluation) -> None:
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=False)
    where.refresh_from_db()
    (refusal,) = plan_of("claims", where, ROW).refused
    assert "asks for no effort" in refusal.sentence


def test_what_was_changed_by_hand_since_is_not_undone(where: Evaluation) -> None:
    own, asked = (
        candidate(where, "Own build", kind="build"),
        where.requirements.get(ref="R1"),
    )
    take_in("claims", where, f'{HEAD}R1,Own build,now,"configure, 3 days"\n')
    words = {"availability": "now", "statement": "Yes.", "effort": {"how": "build"}}
    note_claim(candidate=own, requirement=asked, by=where.owner, **words)
    with pytest.raises(Refused, match="since: Own build / R1"):
        undo_last(where)


def test_a_vendors_own_effort_is_not_replaced() -> None:
    where = evaluation()
    asked = requirement(where, "R1")
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=True)
    where.refresh_from_db()
    in_research(where)
    claim(invited(where, "Acme ML"), asked, effort={"how": "out_of_box"})
    (refusal,) = plan_of("claims", where, ROW).refused
    assert "has answered R1 itself" in refusal.sentence
