"""What every route of the vendor API answers its own vendor, method by method.

A route that is not here fails the walk: whoever adds one writes down what it answers,
and it is walked from then on. Methods that are not named answer 405.
"""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from vendors.services.quotes import QuotedLine, kept_line

EFFORT = {"how": "configure", "days": {"likely": "2.5"}, "by": "vendor"}
ANSWER = {"requirement": "R1", "availability": "now", "statement": "New words."}
CLAIM = {**ANSWER, "effort": EFFORT}
# The vendor that calls is in research with open claims; every id is its own.
INVITATION = "api/v1/invitations/<str:invitation>/"


@dataclass(frozen=True, slots=True)
class Route:
    """What one route answers by method, and what to send it."""

    answers: dict[str, int]
    body: dict[str, Any] = field(default_factory=dict)
    # Sent as a multipart file instead.
    upload: str = ""
    content: bytes = b"the proof itself"
    # Sent as the form of a page instead.
    form: dict[str, str] = field(default_factory=dict)


QUOTE = {
    "currency": "USD",
    "valid_until": "2040-06-30",
    "lines": [{"kind": "setup", "likely": "5"}],
}
OBJECTION = {"line": "P1", "words": "In our own cloud alone."}
SUPPORT = {"kind": "round_the_clock", "text": "By telephone, too."}
DRAFT = {"version": "0", "availability": "now", "statement": "New words."}
DRAFT |= {"how": "configure", "days": "2.5", "by": "vendor"}
PRICES = {
    "currency": "USD",
    "valid_until": "2040-06-30",
    **{"0-kind": "setup", "0-likely": "5"},
}
FIVE = Decimal(5)
SETUP = QuotedLine(kind="setup", called="set-up", low=FIVE, likely=FIVE, high=FIVE)
LOOKED_OVER = json.dumps(["USD", "2040-06-30", kept_line(SETUP)])
PRICES |= {
    "then": "hand_in",
    "shown": hashlib.sha256(LOOKED_OVER.encode()).hexdigest(),
}
REPLY = {"reply": "Soon.", "promised_for": "", "workaround": ""}
PAGE = "vendor/<str:invitation>/"
READ = {"GET": 200, "HEAD": 200}
ROUTES: dict[str, Route] = {
    "api/v1/schema/": Route(READ),
    "api/v1/docs/": Route(READ),
    "api/v1/problems/": Route(READ),
    "api/v1/invitations/": Route(READ),
    INVITATION: Route(READ),
    f"{INVITATION}about/": Route(READ),
    f"{INVITATION}events/": Route(READ),
    f"{INVITATION}requirements/": Route(READ),
    f"{INVITATION}answer-sheet/": Route({**READ, "POST": 400}, upload="a.txt"),
    f"{INVITATION}questions/": Route(
        {**READ, "POST": 201}, {"text": "What is R1?", "requirement": "R1"}
    ),
    f"{INVITATION}proposals/": Route(
        {**READ, "POST": 201}, {"category": "{category}", "text": "One more"}
    ),
    f"{INVITATION}quote/": Route({**READ, "PUT": 201, "DELETE": 403}, QUOTE),
    f"{INVITATION}support/": Route({**READ, "PUT": 201}, SUPPORT),
    f"{INVITATION}annex/": Route(READ),
    # The house issued the token.
    f"{INVITATION}annex/confirmation/": Route(
        {"POST": 403}, {"sha256": "0" * 64, "name": "Kim"}
    ),
    f"{INVITATION}annex/objections/": Route({"POST": 403}, OBJECTION),
    f"{INVITATION}submission/": Route({**READ, "POST": 201}),
    f"{INVITATION}files/<str:file>/": Route(READ),
    f"{INVITATION}claims/": Route({**READ, "POST": 201}, CLAIM),
    f"{INVITATION}claims/batch/": Route({"POST": 200}, {"claims": [CLAIM]}),
    f"{INVITATION}claims/<path:ref>/": Route({"DELETE": 200}),
    f"{INVITATION}claims/<path:ref>/files/": Route(
        {**READ, "POST": 201}, upload="proof.txt"
    ),
    f"{INVITATION}trial/": Route(READ),
    f"{INVITATION}trial/runs/": Route(READ),
    # Not the trials stage.
    f"{INVITATION}gaps/<str:gap>/reply/": Route({"POST": 409}, {"reply": "Soon."}),
    # Who has a link may ask, whoever it is; it names no person.
    "vendor/start/<str:secret>/": Route({**READ, "POST": 302}),
    "vendor/start/<str:secret>/code/": Route(
        {**READ, "POST": 400}, form={"code": "AAAA-AAAA"}
    ),
    # Which cookie it sets is nobody's but the browser's.
    "vendor/language/": Route({"POST": 302}, form={"language": "de"}),
    f"{PAGE}language/": Route({"POST": 302}, form={"language": "en"}),
    PAGE: Route(READ),
    f"{PAGE}about/": Route(READ),
    f"{PAGE}answer/<path:ref>/": Route({**READ, "POST": 302}, form=DRAFT),
    f"{PAGE}drafts/": Route(READ),
    f"{PAGE}earlier/": Route({**READ, "POST": 302}),
    # One draft of each party is there.
    f"{PAGE}hand-in/": Route({**READ, "POST": 302}),
    f"{PAGE}receipt/": Route(READ),
    f"{PAGE}file/<str:file>/": Route(READ),
    f"{PAGE}sheet/": Route({**READ, "POST": 400}, upload="a.txt"),
    f"{PAGE}sheet/file/": Route(READ),
    f"{PAGE}quote/sheet/": Route(READ),
    f"{PAGE}quote/": Route({**READ, "POST": 302}, form=PRICES),
    f"{PAGE}support/": Route({**READ, "POST": 302}, form=SUPPORT),
    f"{PAGE}questions/": Route(
        {**READ, "POST": 302}, form={"about": "R1", "text": "What is R1?"}
    ),
    f"{PAGE}proposals/": Route(
        {**READ, "POST": 302}, form={"category": "{category}", "text": "One more"}
    ),
    f"{PAGE}trial/": Route(READ),
    f"{PAGE}demos/": Route(READ),
    f"{PAGE}demos/demo.ics": Route(READ),
    f"{PAGE}documents/": Route(READ),
    f"{PAGE}annex/": Route({**READ, "POST": 302}, form=OBJECTION),
    f"{PAGE}documents/<str:document>/": Route(READ),
    # Not the trials stage.
    f"{PAGE}gaps/<str:gap>/reply/": Route({**READ, "POST": 409}, form=REPLY),
    f"{PAGE}people/": Route(
        {**READ, "POST": 200}, form={"then": "token", "label": "ERP"}
    ),
    f"{PAGE}colleagues/": Route(
        {**READ, "POST": 302}, form={"name": "Kim", "email": "kim@example.com"}
    ),
    f"{PAGE}sign-out/": Route({"GET": 302, "HEAD": 302, "POST": 200}),
}
# Answered by the framework below every address: nothing is there.
NOWHERE = ("", "vendor/")
