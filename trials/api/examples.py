"""Examples of the description."""

from typing import Any

from vendors.api.schema import request_example, response_example

REPLY_BODY = {
    "reply": "Fixed in 9.1.",
    "promised_for": "2040-04-15",
    "workaround": "Restart the runner after 50 jobs.",
}
REPLY_ANSWER: dict[str, Any] = {
    "id": "e0a1b2c3-4d5e-4f60-8a7b-9c0d1e2f3a44",
    "requirement": "R1",
    "severity": "challenge",
    "text": "Runners stop after 50 jobs.",
    "found_on": "2026-11-20",
    **REPLY_BODY,
    "reply_at": "2026-11-24T10:00:00Z",
    "reply_until": None,
    "retest": "",
    "retest_note": "",
    "retested_at": None,
    "closed_at": None,
}
REPLY = [request_example(REPLY_BODY), response_example(REPLY_ANSWER)]
