"""Handing claimed notices to the mail server, one by one; the inner part of a sweep."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db.models.functions import Now

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.mail import envelope, one_line
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.evaluations.notices import kind_named
from evaltracker.evaluations.outgoing import Line, Unreachable, Verdict

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from evaltracker.evaluations.outgoing import Answer

# A mail takes at most 15 s (outgoing.MAIL_SECONDS) and renews the lease of its row.
LEASE = timedelta(seconds=60)
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, *[60] * 24))
WORDS_KEPT = 500

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
        self.line = line
        self.report = report

    def send(self) -> None:
        """Send each; what happens to one does not touch the others."""
        for place, notice in enumerate(self.notices):
            mail = self._prepare(notice)
            if mail is None:
                continue
            try:
                self.line.open()
            except Unreachable as error:
                self._give_back(self.notices[place:], str(error))
                return
            if self._begin_handing(notice):
                # A database that fails from here on ends the sweep: the row stays in
                # *handing*, so that what may have left is flagged, not forgotten.
                self._settle(notice, self.line.hand(mail))

    def _prepare(self, notice: Notice) -> EmailMessage | None:
        """Ask again whether it holds and write the mail; None if it is settled."""
        notice.attempts += 1
        try:
            if because := why_not(notice):
                self._suppress(notice, because)
                return None
            return envelope(notice, kind_named(notice.kind).compose(notice))
        except ValueError as error:
            self._bury(notice, str(error))
        # A fault in one kind's code is told on its row, and tried again.
        except Exception as error:
            logger.exception("notice_failed", notice=str(notice.pk))
            self._defer(notice, f"{type(error).__name__}: {error}")
        return None

    def _begin_handing(self, notice: Notice) -> bool:
        """Mark it as about to leave; false if it is no longer ours to send."""
        ours = Notice.objects.filter(
            pk=notice.pk,
            lease_token=notice.lease_token,
            state=NoticeState.CLAIMED,
            lease_until__gt=Now(),
        )
        return bool(
            ours.update(
                state=NoticeState.HANDING,
                lease_until=Now() + LEASE,
                attempts=notice.attempts,
            )
        )

    def _settle(self, notice: Notice, answer: Answer) -> None:
        """Write down the mail server's answer."""
        match answer.verdict:
            case Verdict.TAKEN:
                if self._mark(notice, NoticeState.SENT, sent_at=Now(), last_error=""):
                    self.report.sent += 1
            case Verdict.NEVER:
                self._bury(notice, answer.words)
            case Verdict.LATER:
                self._defer(notice, answer.words)
            case Verdict.UNCLEAR if kind_named(notice.kind).hold:
                if self._mark(
                    notice,
                    NoticeState.UNCERTAIN,
                    last_error=answer.words,
                    maybe_repeated=True,
                ):
                    self.report.uncertain += 1
            case Verdict.UNCLEAR:
                self._defer(notice, answer.words, maybe_repeated=True)

    def _suppress(self, notice: Notice, because: str) -> None:
        """Do not send what no longer holds."""
        if self._mark(notice, NoticeState.SUPPRESSED, suppressed_because=because):
            self.report.suppressed += 1

    def _defer(self, notice: Notice, words: str, **values: Any) -> None:
        """Try again later: after 1, 5, 15, 60 minutes, then hourly for a day."""
        if notice.attempts > len(BACKOFF):
            self._bury(notice, words)
        elif self._mark(
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
        if self._mark(notice, NoticeState.DEAD, last_error=words):
            logger.warning("notice_dead", notice=str(notice.pk))
            self.report.dead += 1

    def _give_back(self, notices: list[Notice], words: str) -> None:
        """Free claims of which no mail has left, as if they had not been taken."""
        self.report.trouble = words
        logger.warning("mail_server_unreachable")
        for notice in notices:
            if self._mark(notice, NoticeState.PENDING, last_error=words):
                self.report.deferred += 1

    def _mark(self, notice: Notice, state: NoticeState, **values: Any) -> bool:
        """End the claim in `state`; false if another sweep has taken the row over."""
        # A server's or a fault's words can hold what a database refuses to store.
        clean = {
            name: one_line(value)[:WORDS_KEPT] if isinstance(value, str) else value
            for name, value in values.items()
        }
        ours = Notice.objects.filter(pk=notice.pk, lease_token=notice.lease_token)
        return bool(
            ours.update(state=state, lease_token=None, lease_until=None, **clean)
        )


def why_not(notice: Notice) -> str:
    """Empty if `notice` still holds at this moment, else the sentence why not."""
    reader = notice.recipient
    if reader is not None:
        if not reader.is_active:
            return f"{reader.name} no longer signs in here."
        visible = Evaluation.objects.visible_to(reader)
        if not visible.filter(pk=notice.evaluation_id).exists():
            return f"{reader.name} may no longer see this evaluation."
    return kind_named(notice.kind).holds(notice)
