"""Imports of before: of kinds that are gone, and with other words for undoing."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Import
from evaltracker.intake.services.imports import undo_import
from evaltracker.requirements.services.requirements import state_of
from tests.cast import common, stakeholders, trials
from tests.clients import signed_in
from tests.reading import take

pytestmark = pytest.mark.django_db


def test_scores_stay_private_and_are_not_undone() -> None:
    where = trials.platform("must")
    scorer = stakeholders.holder("it")
    old = Import.objects.create(
        evaluation=where,
        kind="scores",
        filename="my secret 4.csv",
        sha256="0" * 64,
        by=scorer,
        is_private=True,
    )
    address = f"/admin/act/undo-old-import/{old.pk}/"
    assert signed_in(where.owner).get(address).status_code == 404
    assert signed_in(scorer).get(address).status_code == 403
    with pytest.raises(Refused, match="not imported any more"):
        undo_import(imported=old, by=where.owner)


def kept_whole() -> tuple[Evaluation, Import]:
    """An import of two requirements that kept each whole, as they did until 0.2."""
    where = common.evaluation()
    old = take("requirements", where, "Ref,Requirement\nR1,a\nR2,b\n")
    assert old is not None
    old.kept["new"] = {str(row.pk): state_of(row) for row in where.requirements.all()}
    # There was no such column.
    for state in old.kept["new"].values():
        del state["metric_excuse"]
    del old.kept["fields"]
    old.save()
    return where, old


def test_what_kept_each_row_whole_is_undone() -> None:
    where, old = kept_whole()
    undo_import(imported=old, by=where.owner)
    assert not where.requirements.exists()


def test_what_kept_each_row_whole_sees_changes() -> None:
    where, old = kept_whole()
    where.requirements.filter(ref="R2").update(text="c")
    with pytest.raises(Refused, match="changed or were used since: R2"):
        undo_import(imported=old, by=where.owner)
