"""Yeses at once: the same one does it once (R50), another is shown anew."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Import, ImportDraft, User
from evaltracker.evaluations.verifying import find_break
from evaltracker.importing.services.imports import undo_import, work_on_imports
from evaltracker.toolbox.processes import do_long_work
from tests.at_once import at_once
from tests.factories.common import evaluation
from tests.import_pages import Importer
from tests.importing.test_large_imports import large
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
FILE = "Ref,Requirement\n" + "".join(f"R{at},What R{at} asks\n" for at in range(50))


def test_eight_yeses_at_once_are_one_import_and_eight_undos_are_one() -> None:
    where = evaluation()
    desk = Importer(where, "requirements", where.owner)
    desk.upload(FILE)
    yes = desk.yes()
    answers = at_once(8, lambda _: desk.say(yes).status_code)
    assert answers == [302] * 8
    assert Import.objects.count() == 1
    assert where.requirements.count() == 50
    done, owner = Import.objects.get(), User.objects.get(pk=where.owner_id)
    results = at_once(8, lambda _: undo_import(imported=done, by=owner))
    assert sum(isinstance(result, Refused) for result in results) == 7
    assert where.requirements.count() == 0
    assert find_break(where) is None


def test_yeses_to_a_large_file_at_once_and_its_work_are_one_import() -> None:
    where = evaluation()
    desk = Importer(where, "requirements", where.owner)
    desk.upload(large())
    do_long_work()
    yes = desk.yes()
    answers: list[int] = []

    def all_are_answered() -> bool:
        """All six yeses are answered, and it has worked on what they asked for."""
        work_on_imports()
        return len(answers) == 6

    def say_or_work(number: int) -> int:
        if number < 6:
            answers.append(desk.say(yes).status_code)
            return answers[-1]
        until(all_are_answered)
        return 302

    assert at_once(8, say_or_work) == [302] * 8
    work_on_imports()
    assert Import.objects.count() == 1
    assert where.requirements.count() == 60
    assert not ImportDraft.objects.exists()
    assert find_break(where) is None


def test_two_files_at_once_do_what_their_pages_show_or_nothing() -> None:
    where = evaluation()
    needs = Importer(where, "requirements", where.owner)
    needs.upload("Ref,Requirement\nR1,What R1 asks\n")
    candidates = Importer(where, "candidates", where.owner)
    candidates.upload("Candidate,Kind\nAcme ML,buy\n")
    said = [(needs, needs.yes()), (candidates, candidates.yes())]
    codes = at_once(2, lambda at: said[at][0].say(said[at][1]).status_code)
    assert codes == [302, 302]
    assert where.requirements.count() == where.candidates.count() == 1
    assert find_break(where) is None
