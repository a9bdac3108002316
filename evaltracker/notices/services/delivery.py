"""Handing claimed notices over, one by one; the inner part of a sweep."""

from dataclasses import dataclass, fields
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from django.db.models.functions import Now

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice
from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.shutdown import asked_to_stop
from evaltracker.notices.chat import Posting, hand_to_chat
from evaltracker.notices.kinds import DAILY_MAIL, KINDS
from evaltracker.notices.mail import parcel_of
from evaltracker.notices.mime import Parcel
from evaltracker.notices.services import digests
from evaltracker.notices.services.chats import owe_shadow, words_for
from evaltracker.notices.services.leases import (
    LEASE,
    begin_durably,
    give_back,
    mark,
    renew,
    step,
)
from evaltracker.notices.services.recheck import Look
from evaltracker.notices.smtp import Answer, Line, Unreachable, Verdict

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, *[60] * 24))
RENEW_SECONDS = LEASE.total_seconds() / 3

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class SweepReport:
    """What became of the notices that one sweep took."""

    sent: int = 0
    suppressed: int = 0
    deferred: int = 0
    dead: int = 0
    uncertain: int = 0
    # Why it stopped before all was done, if it did.
    trouble: str = ""

    def __str__(self) -> str:
        counts = [f"{getattr(self, f.name)} {f.name}" for f in fields(self)[:-1]]
        return ", ".join(counts)


class Batch:
    """Claimed notices on their way through one line to the mail server."""

    def __init__(self, notices: list[Notice], line: Line, report: SweepReport) -> None:
        self.notices = notices
        self.mail = line
        self.report = report
        self.look = Look(notices)
        # Taken by the server, and not yet marked: the next one's mark does it.
        self.taken: Notice | None = None
        self._renewed = monotonic()

    def send(self) -> None:
        """Send each; what happens to one does not touch the others."""
        for place, notice in enumerate(self.notices):
            if asked_to_stop():
                self._finish()
                give_back(self.notices[place:])
                return
            self._keep_fresh(place)
            load = self._prepare(notice)
            if load is None:
                continue
            if isinstance(load, Parcel) and not self.mail.is_open:
                self._finish()
                try:
                    self.mail.open()
                except Unreachable as error:
                    self._give_up(place, str(error))
                    return
            if self._begin(notice):
                # A database that fails from here on ends the sweep: the row stays in
                # *handing*, so that what may have left is flagged, not forgotten.
                self._settle(notice, self._hand(load))
        self._finish()

    def _keep_fresh(self, place: int) -> None:
        """A slow batch renews its claims, and looks again at what it has left."""
        if monotonic() - self._renewed > RENEW_SECONDS:
            renew(self.notices[place:])
            self._renewed = monotonic()
        if not self.look.is_fresh:
            self.look = Look(self.notices[place:])

    def _hand(self, load: Parcel | Posting) -> Answer:
        """To the mail server, or to its chat room."""
        if isinstance(load, Posting):
            return hand_to_chat(load)
        return self.mail.hand(load)

    def _prepare(self, notice: Notice) -> Parcel | Posting | None:
        """Ask again whether it holds and write the mail; None if it is settled."""
        notice.attempts += 1
        try:
            if because := self.look.why_not(notice):
                self._suppress(notice, because)
                return None
            if notice.kind == DAILY_MAIL:
                message = digests.gather(notice)
                if message is None:
                    self._suppress(notice, "Nothing in it holds any more.")
                    return None
                return parcel_of(notice, message)
            if notice.webhook_id:
                return words_for(notice)
            kind = KINDS[notice.kind]
            if kind.for_chat and (room := self.look.rooms.get(notice.evaluation_id)):
                owe_shadow(notice, room)
            if digests.waits_for_a_place(notice) and digests.place(notice):
                return None
            return parcel_of(notice, kind.compose(notice))
        except ValueError as error:
            self._bury(notice, str(error))
        # A fault in one kind's code is told on its row, and tried again.
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("notice_failed", notice=str(notice.pk))
            self._defer(notice, f"{type(error).__name__}: {error}")
        return None

    def _begin(self, notice: Notice) -> bool:
        """Mark it as about to leave; false if it is no longer ours to send."""
        if _is_held(notice):
            self._finish()
            return begin_durably(notice)
        done, self.taken = self.taken, None
        sent, begun = step(done, notice)
        self.report.sent += sent
        return begun

    def _finish(self) -> None:
        """Mark the last one that the server took."""
        if self.taken is not None:
            sent, _ = step(self.taken, None)
            self.report.sent += sent
            self.taken = None

    def _settle(self, notice: Notice, answer: Answer) -> None:
        """Write down the answer."""
        match answer.verdict:
            case Verdict.TAKEN if notice.kind == DAILY_MAIL:
                values = {"sent_at": Now(), "last_error": ""}
                self.report.sent += _end(notice, NoticeState.SENT, **values)
            case Verdict.TAKEN:
                self.taken = notice
            case Verdict.NEVER:
                self._bury(notice, answer.words)
            case Verdict.LATER:
                self._defer(notice, answer.words)
            case Verdict.UNCLEAR if _is_held(notice):
                self.report.uncertain += _end(
                    notice,
                    NoticeState.UNCERTAIN,
                    last_error=answer.words,
                    maybe_repeated=True,
                )
            case Verdict.UNCLEAR:
                self._defer(notice, answer.words, maybe_repeated=True)

    def _suppress(self, notice: Notice, because: str) -> None:
        """Do not send what no longer holds."""
        values = {"suppressed_because": because}
        self.report.suppressed += _end(notice, NoticeState.SUPPRESSED, **values)

    def _defer(self, notice: Notice, words: str, **values: Any) -> None:
        """Try again later: after 1, 5, 15, 60 minutes, then hourly for a day."""
        if notice.attempts > len(BACKOFF):
            self._bury(notice, words)
        elif mark(
            notice,
            NoticeState.PENDING,
            attempts=notice.attempts,
            next_try_at=Now() + BACKOFF[notice.attempts - 1],
            last_error=words,
            **values,
        ):
            self.report.deferred += 1

    def _bury(self, notice: Notice, words: str) -> None:
        """Give up on it; a person sees it on the notices page."""
        if _end(notice, NoticeState.DEAD, last_error=words):
            logger.warning("notice_dead", notice=str(notice.pk))
            self.report.dead += 1

    def _give_up(self, place: int, words: str) -> None:
        """Free the rest, of which no mail has left, until the server is back."""
        self.report.trouble = words
        logger.warning("mail_server_unreachable")
        self.report.deferred += give_back(self.notices[place:], words)


def _end(notice: Notice, state: NoticeState, **values: Any) -> bool:
    """End it, and with a daily mail what it carries."""
    if notice.kind == DAILY_MAIL:
        return digests.settle(notice, state, **values)
    return mark(notice, state, **values)


def _is_held(notice: Notice) -> bool:
    return notice.kind != DAILY_MAIL and KINDS[notice.kind].hold
