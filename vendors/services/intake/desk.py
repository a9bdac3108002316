"""Where a call is looked at: who calls, what stands, and what is written for it."""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.utils import timezone

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, JournalHead, Requirement
from evaltracker.kit.pipeline import Answer as Asked
from evaltracker.kit.pipeline import Pipeline, loaded
from vendors.models import Candidate, Claim
from vendors.policy import require_claims_open
from vendors.services.idempotency import KEPT, Answer, kept_answer, turn_of
from vendors.services.intake import sql
from vendors.services.revisions import RevisionCount
from vendors.services.tokens import actor_by_token
from vendors.wall import digest_of


class NotPlain(Exception):
    """The ordinary way has to answer this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the vendor API as it came in."""

    secret: str
    invitation: uuid.UUID
    route: str
    # For repeats of the call: its key, and what has to be the same again.
    key: str | None
    body: bytes


@dataclass(slots=True)
class Desk:
    """An own invitation whose claims are open, locked; what stands of it is read."""

    pipe: Pipeline
    call: Call
    by: Actor
    candidate: Candidate
    now: datetime.datetime
    # By ref; then, by requirement, what the vendor says and how many revisions
    # there are.
    requirements: dict[str, Requirement]
    standing: dict[uuid.UUID, Claim]
    counts: dict[uuid.UUID, RevisionCount]
    head: JournalHead
    # Whether answers are kept that are too old to be replayed.
    outdated: bool

    @classmethod
    def open(
        cls,
        pipe: Pipeline,
        call: Call,
        refs: Sequence[str],
        let_in: Callable[[uuid.UUID], bool],
    ) -> Self:
        """Look, in two round trips, whether `call` may say something about `refs`.

        `let_in` is asked with the token's id in between, while nothing is locked.

        Raises:
            NotPlain: it may not, or it is a repeat. Refused: claims are not open.

        """
        who = _recognise(pipe, call.secret)
        if not let_in(who["id"]):
            raise NotPlain
        vendor = who["vendor_id"]
        turn = None if call.key is None else _take_turn(pipe, call, vendor)
        own = {"invitation": call.invitation, "vendor": vendor}
        evaluation = pipe.ask(sql.EVALUATION, **own)
        candidate = pipe.ask(sql.CANDIDATE, **own)
        asked = pipe.ask(sql.ASKED, **own, refs=list(refs))
        standing = pipe.ask(sql.STANDING, **own, refs=list(refs))
        pipe.ask(sql.FIND_NOTES)
        counted = pipe.ask(sql.COUNTS, **own, refs=list(refs))
        last = pipe.ask(sql.HEAD, **own)
        pipe.wait()
        first = _one(turn) if turn else {}
        if turn and (first["known"] or not first["mine"]):
            raise NotPlain
        head = _one(last)
        now = head["now"].astimezone(datetime.UTC)
        counts = _counts(counted)
        desk = cls(
            pipe=pipe,
            call=call,
            by=actor_by_token(who["name"], who["prefix"]),
            candidate=loaded(Candidate, _one(candidate)),
            now=now,
            requirements={
                row["ref"]: loaded(Requirement, row) for row in asked.fetchall()
            },
            standing=_standing(standing, counts),
            counts=counts,
            head=loaded(JournalHead, head),
            outdated=bool(first.get("outdated")),
        )
        desk.candidate.evaluation = loaded(Evaluation, _one(evaluation))
        require_claims_open(desk.candidate.evaluation, now)
        return desk

    def supersede(self, requirements: Sequence[uuid.UUID]) -> None:
        """Queue that nothing stands on these any more, whosever it is."""
        if any(requirement in self.counts for requirement in requirements):
            self.pipe.ask(
                sql.SUPERSEDE,
                invitation=self.candidate.pk,
                requirements=list(requirements),
                now=self.now,
            )

    def record(self, **told: Any) -> None:
        """Queue the next entry of the journal."""
        self.pipe.add(journal.next_entry(self.head, by=self.by, **told))
        self.pipe.ask(
            sql.MOVE_HEAD,
            evaluation=self.head.evaluation_id,
            count=self.head.count,
            hash=self.head.hash,
        )

    def keep(self, answer: Answer) -> None:
        """Queue that a repeat of the call gets the same answer; the last of it."""
        self.pipe.ask(sql.LEAVE_NOTES)
        call, vendor = self.call, self.candidate.vendor_id
        if call.key is None or vendor is None:
            return
        if self.outdated:
            self.pipe.ask(sql.FORGET, vendor=vendor, oldest=timezone.now() - KEPT)
        self.pipe.add(kept_answer(vendor, call.route, call.key, call.body, answer))


def _recognise(pipe: Pipeline, secret: str) -> dict[str, Any]:
    """The live token of that text; its use is noted once a day."""
    now, digest = timezone.now(), digest_of(secret)
    pipe.ask(sql.SHOW_TOKEN, digest=digest)
    caller = pipe.ask(sql.WHO, digest=digest, now=now)
    pipe.wait()
    who = _one(caller)
    if who["last_used_on"] != now.date():
        pipe.ask(sql.NOTE_USE, token=who["id"], today=now.date())
    return who


def _take_turn(pipe: Pipeline, call: Call, vendor: uuid.UUID) -> Asked:
    """Whether it is the first call with its key, and whether old ones are kept."""
    return pipe.ask(
        sql.TURN,
        turn=turn_of(vendor, call.route, call.key or ""),
        vendor=vendor,
        route=call.route,
        key=call.key,
        oldest=timezone.now() - KEPT,
    )


def _counts(counted: Asked) -> dict[uuid.UUID, RevisionCount]:
    return {
        row["requirement_id"]: RevisionCount(row["last"], row["own"])
        for row in counted.fetchall()
    }


def _standing(
    standing: Asked, counts: dict[uuid.UUID, RevisionCount]
) -> dict[uuid.UUID, Claim]:
    """What the vendor says by requirement; each is the last of its own."""
    found = {row["requirement_id"]: loaded(Claim, row) for row in standing.fetchall()}
    for requirement, claim in found.items():
        claim.own_revision = counts[requirement].own
    return found


def _one(asked: Asked) -> dict[str, Any]:
    """The row that has to be there."""
    row = asked.fetchone()
    if row is None:
        raise NotPlain
    return row
