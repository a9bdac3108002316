"""Kinds of notices: whether one still holds, and what its mail says.

A kind is one registered class. An app registers its kinds from its own `notices.py`,
which its AppConfig imports when it is ready.
"""

from __future__ import annotations

import datetime
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from evaltracker.evaluations.models import Notice
from evaltracker.toolbox.processes import Word
from evaltracker.toolbox.registry import Registry

# The mail that carries others; it has no kind, its content is theirs.
DAILY_MAIL = "daily_mail"

KINDS: Registry[str, NoticeKind] = Registry("notice kind")

# What webhooks are told of: its notices hold an entry of the journal, not a mail.
EVENT = "event"
# By type: its sentence, the page that shows it, and the actions that mean it.
TYPES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("events.json").read_text(encoding="utf-8")
)
TYPE_OF = {action: name for name, it in TYPES.items() for action in it["actions"]}


@dataclass(frozen=True, slots=True)
class Brief:
    headline: str
    evaluation: str
    action: str
    link: str
    due_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What one mail says; to whom and with which Message-ID is the notice's affair.

    It holds no price, score, claim text, candidate or vendor name (R10).
    """

    subject: str
    text: str
    html: str
    ics: bytes | None = None
    ics_name: str = "calendar.ics"
    # Where an answer by mail goes; blank: nobody reads one.
    reply_to: str = ""
    # In whose name it goes out; blank: the product's own.
    sender_name: str = ""
    # `mail.letter` fills it; without it no daily mail can carry it.
    brief: Brief | None = None


class NoticeKind(ABC):
    name: ClassVar[str]
    # Whether one that may have arrived waits for a person instead of going out again.
    hold: ClassVar[bool] = False
    # Whether it blocks nobody else, so that it may travel in a person's daily mail.
    can_wait: ClassVar[bool] = False

    def subjects(self, ids: Collection[str]) -> Mapping[str, Any]:
        """What its notices are about, by subject id, read at once for a whole batch.

        Each is found as `notice.subject` in `holds` and `compose`. By default nothing
        is read, and a kind looks for itself.
        """
        return {}

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        """A few words for each subject that is still there, for the notices page."""
        return {}

    @abstractmethod
    def holds(self, notice: Notice) -> str:
        """Empty if it is still right to send it, else the sentence why not.

        Asked again right before the mail leaves. That the recipient is active and may
        see the evaluation is asked for every kind already.
        """

    @abstractmethod
    def compose(self, notice: Notice) -> Message:
        """The mail, made from what is true at the moment of sending."""


def register[K: type[NoticeKind]](kind: K) -> K:
    """Class decorator: make a kind known, as `gap_reply` of `GapReply` unless it says.

    Raises:
        TypeError: too long a name, or a duty that is not done. ImproperlyConfigured:
        the name is taken.
    """
    if "name" not in vars(kind):
        kind.name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    name = kind.name
    if len(name) > 40:
        raise TypeError(f"{kind.__qualname__} needs a `name` of at most 40 letters")
    if kind.__abstractmethods__:
        forgotten = ", ".join(sorted(kind.__abstractmethods__))
        raise TypeError(f"the notice kind “{name}” does not say: {forgotten}")
    if kind.hold and kind.can_wait:
        raise TypeError(f"“{name}” is held, so it goes to its reader alone")
    if name == DAILY_MAIL:
        raise TypeError("a notice kind may not be called like the daily mail")
    KINDS.register(name, kind())
    return kind


def held_kinds() -> list[str]:
    return sorted(name for name, kind in KINDS.items() if kind.hold)


# The work at hand has owed what may leave at once, so that a nudge is worth it.
OWED_NOW = Word("owed")
