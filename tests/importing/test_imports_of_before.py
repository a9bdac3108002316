"""Imports of a kind that is not imported any more, such as scores."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Import
from evaltracker.importing.services.import_log import undo_import
from tests.cast import stakeholders, trials
from tests.clients import signed_in

pytestmark = pytest.mark.django_db


def test_they_stay_private_and_are_not_undone() -> None:
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
    address = f"/admin/act/undo-import/{old.pk}/"
    assert signed_in(where.owner).get(address).status_code == 404
    assert signed_in(scorer).get(address).status_code == 403
    with pytest.raises(Refused, match="not imported any more"):
        undo_import(imported=old, by=where.owner)
