"""Whether notices still hold, asked for many at once right before they leave.

The number of queries depends on the kinds in a batch, not on the notices in it.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import ChatWebhook, Evaluation, Notice, User
from evaltracker.evaluations.selectors import readers_among
from evaltracker.notices.kinds import DAILY_MAIL, KINDS

# A batch that takes longer than this is looked at again.
FRESH_SECONDS = 1.0


class Look:
    """What was true of some notices at one moment.

    It fills in their recipient, evaluation, subject and room as they are now.
    """

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._at = time.monotonic()
        originals = Notice.objects.in_bulk(
            {notice.shadow_of_id for notice in notices if notice.shadow_of_id}
        )
        for notice in notices:
            notice.shadow_of = originals.get(notice.shadow_of_id)
        rows = [*notices, *originals.values()]
        people = User.objects.in_bulk({r.recipient_id for r in rows if r.recipient_id})
        places = Evaluation.objects.in_bulk({row.evaluation_id for row in rows})
        for row in rows:
            row.recipient = people.get(row.recipient_id)
            row.evaluation = places.get(row.evaluation_id)
        self._readers = readers_among(places, people)
        self.rooms: dict[uuid.UUID | None, ChatWebhook] = {
            room.evaluation_id: room
            for room in ChatWebhook.objects.filter(
                evaluation__in=places, removed_at__isnull=True
            )
        }
        self._faults: dict[str, Exception] = {}
        self._read_subjects(rows)

    @property
    def is_fresh(self) -> bool:
        """Whether it may still be gone by."""
        return time.monotonic() - self._at < FRESH_SECONDS

    def why_not(self, notice: Notice) -> str:
        """Empty if `notice` still holds, else the sentence why not."""
        if notice.shadow_of is not None:
            return self._why_no_shadow(notice, notice.shadow_of)
        reader = notice.recipient
        if reader is not None:
            if not reader.is_active:
                return f"{reader.name} no longer signs in here."
            # A daily mail asks this for each notice that it carries.
            if notice.kind == DAILY_MAIL:
                return ""
            if notice.evaluation and not self._sees(reader, notice.evaluation):
                return f"{reader.name} may no longer see this evaluation."
        return self._ask(notice)

    def _why_no_shadow(self, notice: Notice, original: Notice) -> str:
        """A room is told what a person is told, as long as it is the same room."""
        room = self.rooms.get(notice.evaluation_id)
        if room is None or room.pk != notice.webhook_id:
            return "The chat room was removed."
        if original.state == NoticeState.SUPPRESSED:
            return original.suppressed_because
        return self._ask(original)

    def _sees(self, reader: User, evaluation: Evaluation) -> bool:
        return (
            reader.is_superuser
            or evaluation.owner_id == reader.pk
            or (evaluation.pk, reader.pk) in self._readers
        )

    def _ask(self, notice: Notice) -> str:
        """What its kind says; a fault in reading for the kind is told on each row."""
        if notice.kind in self._faults:
            raise self._faults[notice.kind]
        return KINDS[notice.kind].holds(notice)

    def _read_subjects(self, notices: Sequence[Notice]) -> None:
        """One call for each kind."""
        by_kind: dict[str, list[Notice]] = defaultdict(list)
        for notice in notices:
            if notice.kind != DAILY_MAIL:
                by_kind[notice.kind].append(notice)
        for name, ones in by_kind.items():
            try:
                found = KINDS[name].subjects({notice.subject_id for notice in ones})
            # An unknown kind or a fault in its code must not stop the batch.
            except Exception as error:  # noqa: BLE001
                self._faults[name] = error
                continue
            for notice in ones:
                notice.subject = found.get(notice.subject_id)
