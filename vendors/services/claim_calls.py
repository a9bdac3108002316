"""A call with claims: its turn, what stands and its answer, in two trips."""

import uuid
from collections.abc import Callable, Collection

from evaltracker.kit.pipeline import pipeline
from vendors.services.idempotency import Answer, KeptAnswer, Turn, queue_turn
from vendors.services.locked_claims import LockedClaims


class NeverSeen(Exception):
    """The vendor calls by this invitation for the first time, which is to be noted."""


def answer_claims(
    *,
    invitation: uuid.UUID,
    vendor: uuid.UUID,
    refs: Collection[str],
    work: Callable[[LockedClaims], Answer],
    turn: Turn | None = None,
    body: bytes = b"",
) -> tuple[Answer, bool]:
    """What `answer_once` does, for `work` on claims that are locked for it.

    It is the last that its transaction does, and commits it. Without a turn, nothing
    is replayed.

    Raises:
        NotFound: it is not the vendor's invitation. NeverSeen: nothing was done.
        KeyInUse, KeyReused: as `take_turn` and `answer_once` say.

    """
    with pipeline(last=True) as pipe:
        kept = None
        if turn is not None:
            queue_turn(pipe, turn)
            kept = KeptAnswer(pipe, turn, body)
        claims = LockedClaims.of(pipe, invitation, refs, vendor=vendor)
        if claims.candidate.first_seen_at is None:
            raise NeverSeen
        if kept and (replayed := kept.replayed()):
            return replayed, True
        answer = work(claims)
        if kept:
            kept.keep(pipe, answer)
    return answer, False
