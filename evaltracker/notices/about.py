"""Mails about one row of a table: guards that many share, words that stand in a file.

The words of a kind are `mail/<name>.txt` among the templates of its app: subject, lead
and action, then steps, an empty line between any two. They may print and test `values`.
"""

import datetime
import re
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.template import Context
from django.template.loader import get_template

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import Message, NoticeKind
from evaltracker.notices.mail import (
    calendar_file,
    date_in_words,
    dated_message,
    letter,
    zone_of,
)
from evaltracker.toolbox.text import one_line

PARAGRAPHS = re.compile(r"\n\s*\n")
ENDED = "The evaluation has ended."


class MailWording(NamedTuple):
    subject: str
    lead: str
    action: str
    steps: tuple[str, ...]


class About[Row](NoticeKind):
    """A reason for owing a mail about one row; its words stand in a template."""

    # Every row that it can be about, with what is read beside it.
    rows: ClassVar[QuerySet[Any]]
    # From a subject's id to the key of its row.
    key: ClassVar[type[UUID] | type[int]] = UUID
    # Why nothing is sent once the row is not there any more.
    gone: ClassVar[str] = "What it is about is no longer there."

    @abstractmethod
    def reasons(self, notice: Notice, row: Row) -> Iterable[str]:
        """Why it is not right to send any more; the first that is not blank counts."""

    @abstractmethod
    def page(self, notice: Notice, row: Row) -> str:
        """The path of the page that its link opens."""

    def values(self, notice: Notice, row: Row) -> Mapping[str, str]:
        """Texts for its template: words of ours, numbers, names of our own people."""
        return {}

    def title(self, row: Row) -> str:
        if isinstance(row, Evaluation):
            return ""
        return str(row)

    def subjects(self, ids: Collection[str]) -> Mapping[str, Row]:
        rows = self.rows.filter(pk__in=[self.key(key) for key in ids])
        return {str(row.pk): row for row in rows}

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        return {key: self.title(row) for key, row in self.subjects(ids).items()}

    def find(self, notice: Notice) -> Row | None:
        """The row, unless it is gone; looked up unless a sweep has done so."""
        row: Row | None = notice.subject
        if row is None:
            row = self.subjects([notice.subject_id]).get(notice.subject_id)
        return row

    def row(self, notice: Notice) -> Row:
        """The row.

        Raises:
            LookupError: it is gone; `holds` is asked first.
        """
        row = self.find(notice)
        if row is None:
            raise LookupError("what it is about is no longer there")
        return row

    def holds(self, notice: Notice) -> str:
        row = self.find(notice)
        if row is None:
            return self.gone
        return next(filter(None, self.reasons(notice, row)), "")

    def wording(self, notice: Notice, row: Row) -> MailWording:
        values: dict[str, Any] = {
            name: one_line(text) for name, text in self.values(notice, row).items()
        }
        template: Any = get_template(f"mail/{self.name}.txt")
        values["evaluation"] = notice.evaluation
        text = template.template.render(Context(values, autoescape=False))
        subject, lead, action, *steps = (
            " ".join(paragraph.split()) for paragraph in PARAGRAPHS.split(text.strip())
        )
        return MailWording(subject, lead, action, tuple(steps))

    def compose(self, notice: Notice) -> Message:
        return self.letter(notice, self.row(notice))

    def letter(self, notice: Notice, row: Row, **more: Any) -> Message:
        subject, lead, action, steps = self.wording(notice, row)
        return letter(
            notice=notice,
            subject=subject,
            lead=lead,
            action=action,
            steps=steps,
            path=self.page(notice, row),
            **more,
        )

    def dated(
        self, notice: Notice, row: Row, due_at: datetime.datetime, **more: Any
    ) -> Message:
        """Its words as a mail about a date: the subject is what falls due then."""
        what, lead, action, _ = self.wording(notice, row)
        return dated_message(
            notice=notice,
            what=what,
            due_at=due_at,
            lead=lead,
            action=action,
            path=self.page(notice, row),
            **more,
        )

    def on(
        self,
        notice: Notice,
        row: Row,
        instant: datetime.datetime | None,
        *,
        entry: str = "",
    ) -> dict[str, Any]:
        """For `letter`: the date, with a calendar entry of that name."""
        if instant is None:
            return {}
        ics = calendar_file(
            notice=notice, what=entry, due_at=instant, path=self.page(notice, row)
        )
        return {
            "date": date_in_words(instant, zone_of(notice)),
            "ics": ics if entry else None,
        }


def ended(notice: Notice) -> str:
    return "" if notice.place.is_open else ENDED


def not_the_owners(notice: Notice) -> str:
    if notice.place.owner_id != notice.recipient_id:
        return "Somebody else runs the evaluation now."
    return ""
