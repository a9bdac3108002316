"""Can the vendor get in? Step by step, what has to hold before it can answer.

A check is one function: it looks at what was read and says how its step stands, in a
sentence, with what mends it. A higher floor adds its own to `CHECKS`.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from evaltracker.pages.acts import address_of
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.registry import Registry
from vendors.admin.invitation_rows import Letter, newest_letters
from vendors.models import Candidate, Contact, RefusedCall, VendorToken

GOOD, WARN, BAD, LATER = "good", "warn", "bad", ""
WORDS = {GOOD: "holds", WARN: "look", BAD: "fails here", LATER: "not known yet"}
# Refused calls are kept for a week; a throttle ends with its minute.
RECENT = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mend:
    """A way to mend a step: what the button says and where it leads."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to hold."""

    title: str
    tone: str
    sentence: str
    mends: tuple[Mend, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """How it stands, in a word."""
        return WORDS[self.tone]


class Look:
    """What the checks look at, each read once and only if somebody asks."""

    def __init__(self, candidate: Candidate, *, tries: bool, here: str) -> None:
        self.candidate = candidate
        self.evaluation = candidate.evaluation
        # Whether the person asked to try what takes time.
        self.tries = tries
        self.here = here
        self.now = database_now()

    def act(self, name: str, target: Any, label: str) -> Mend:
        """A button that does an act and leads back here."""
        return Mend(label, f"{address_of(name, target)}?next={self.here}")

    @cached_property
    def contacts(self) -> list[Contact]:
        """Who gets the vendor's mail."""
        rows = Contact.objects.current()
        return list(rows.filter(vendor=self.candidate.vendor_id))

    @cached_property
    def letters(self) -> list[Letter]:
        """The newest mail to each address."""
        return newest_letters(self.candidate).get(self.candidate.pk, [])

    @cached_property
    def tokens(self) -> list[VendorToken]:
        """All tokens of the vendor, the newest first."""
        rows: Any = VendorToken.objects.filter(vendor=self.candidate.vendor_id)
        return list(rows.defer("digest"))

    @property
    def live(self) -> list[VendorToken]:
        """Those that open the API now."""
        return [token for token in self.tokens if self.is_live(token)]

    def is_live(self, token: VendorToken) -> bool:
        """Whether it opens the API now."""
        ends = token.expires_at
        return token.revoked_at is None and (ends is None or ends > self.now)

    @cached_property
    def refused(self) -> list[RefusedCall]:
        """Calls that began like one of these tokens, the newest first."""
        prefixes = [token.prefix for token in self.tokens]
        return list(RefusedCall.objects.filter(prefix__in=prefixes)[:20])

    @cached_property
    def put_off(self) -> list[RefusedCall]:
        """Calls of these tokens, or from their addresses, that were one too many."""
        prefixes = [token.prefix for token in self.tokens]
        addresses = {call.address for call in self.refused} - {""}
        rows = RefusedCall.objects.filter(
            Q(prefix__in=prefixes) | Q(address__in=addresses),
            why="throttled",
            at__gt=self.now - RECENT,
        )
        return list(rows[:5])


Check = Callable[[Look], Iterator[Step]]
# By the place in which it is asked.
CHECKS: Registry[int, Check] = Registry("check of a vendor's way in")


def steps_of(look: Look) -> list[Step]:
    """Every step in the order in which a vendor takes them."""
    return [step for _, check in sorted(CHECKS.items()) for step in check(look)]


def instant_sentence(instant: datetime.datetime) -> str:
    """A moment as a sentence holds it, in the reader's zone, which it names."""
    local = timezone.localtime(instant)
    return f"{local:%-d %b %Y, %H:%M} {local.tzname()}"
