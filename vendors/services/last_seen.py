"""A person's bookmark: up to when they have seen what a candidate's vendor sent."""

import datetime
import uuid
from collections.abc import Mapping

from django.db import transaction

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import database_now
from vendors.models import Candidate, LastSeen


@transaction.atomic
def mark_seen(
    *, evaluation: Evaluation, until: Mapping[uuid.UUID, datetime.datetime], by: User
) -> None:
    """Remember that `by` has seen what each of these candidates sent until then.

    It says nothing of the evaluation, so no entry of its journal tells it: the
    journal counts changes, and a page that somebody is about to sign would be stale.
    What came later than the page that was looked at stays unseen, and nothing that
    was seen becomes new again.

    Raises:
        NotFound: a candidate of another evaluation.

    """
    rows = Candidate.objects.visible_to(by).filter(evaluation=evaluation)
    candidates = rows.in_bulk(list(until))
    if len(candidates) < len(until):
        raise NotFound
    now = database_now()
    for key, candidate in sorted(candidates.items()):
        moment = min(until[key], now)
        seen, is_new = LastSeen.objects.select_for_update(no_key=True).get_or_create(
            person=by, candidate=candidate, defaults={"until": moment}
        )
        if not is_new and seen.until < moment:
            seen.until = moment
            seen.save(update_fields=["until"])
