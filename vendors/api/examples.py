"""Examples of the description; a test sends each request and compares each answer."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

CLAIM: dict[str, Any] = {
    "requirement": "R1",
    "availability": "planned",
    "available_from": "2040-03-01",
    "environments": ["Kubernetes"],
    "holds_for": {"Runs on": ["AWS", "on premises"]},
    "statement": "Ships with release 9.",
    "evidence_url": "https://acme.example/roadmap",
}
CLAIM_ANSWER = {
    **CLAIM,
    "number": None,
    "revision": 1,
    "submitted_at": "2026-11-24T10:00:00Z",
}
BATCH_BODY: dict[str, Any] = {
    "claims": [
        CLAIM,
        {"requirement": "R2", "availability": "never", "statement": "Out of scope."},
    ]
}
BATCH_ANSWER = {"created": 2, "unchanged": 0}
QUESTION = {"text": "Do you mean R 4.x or later?", "requirement": "R1"}
QUESTION_ANSWER: dict[str, Any] = {
    "id": "0b0f3c0e-6f0e-4d7c-8f0e-2f9d4a1c5b11",
    "requirement": "R1",
    "text": "Do you mean R 4.x or later?",
    "own": True,
    "asked_at": "2026-11-24T10:00:00Z",
    "answer": "",
    "answered_at": None,
}
PROPOSAL = {
    "category": "Training",
    "text": "GPU quotas per team",
    "reason": "Others regret that they did not ask.",
}
PROPOSAL_ANSWER: dict[str, Any] = {
    "id": "5a3c1f52-0f7b-4b7e-9f0d-6c1f2d3e4a55",
    **PROPOSAL,
    "new_category": "",
    "proposed_at": "2026-11-24T10:00:00Z",
    "state": "open",
    "state_reason": "",
    "requirement": None,
}
RECEIPT: dict[str, Any] = {
    "number": "1F0C2A3B-1",
    "submitted_at": "2026-11-24T10:00:00Z",
    "claims": 2,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "up_to_date": True,
}
FILE: dict[str, Any] = {
    "id": "c7d2b1e0-3b5f-4b8e-8a59-0d7c6e5f4a33",
    "requirement": "R1",
    "revision": 1,
    "name": "report.pdf",
    "content_type": "application/pdf",
    "size": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "uploaded_at": "2026-11-24T10:00:00Z",
}
QUOTE: dict[str, Any] = {
    "currency": "EUR",
    "valid_until": "2040-06-30",
    "lines": [
        {
            "kind": "licence",
            "likely": "90.00",
            "quantity": "150",
            "unit": "user",
            "recurrence": "yearly",
            "pricing": "volume",
            "tiers": [{"above": "100", "likely": "80.00"}],
        },
        {"kind": "setup", "low": "4000", "likely": "5000", "high": "7000"},
        {"kind": "training", "state": "included"},
        {"kind": "migration", "state": "not_offered"},
    ],
}
_LINE: dict[str, Any] = {
    "state": "priced",
    "label": "",
    **dict.fromkeys(("low", "likely", "high")),
    "quantity": "1",
    "unit": "",
    "recurrence": "once",
    "pricing": "per_unit",
    "tiers": [],
    "note": "",
}
QUOTE_ANSWER: dict[str, Any] = {
    "revision": 1,
    "handed_in_at": "2026-11-24T10:00:00Z",
    "handed_in_by": "Acme (token et_1a2b3c)",
    "currency": "EUR",
    "valid_until": "2040-06-30",
    "lines": [
        {
            **_LINE,
            **QUOTE["lines"][0],
            **dict.fromkeys(("low", "likely", "high"), "90"),
            "tiers": [
                {"above": "100", **dict.fromkeys(("low", "likely", "high"), "80")}
            ],
        },
        {**_LINE, **QUOTE["lines"][1]},
        {**_LINE, **QUOTE["lines"][2]},
        {**_LINE, **QUOTE["lines"][3]},
    ],
    "not_quoted": [
        *("support", "onboarding", "integration", "infrastructure_egress"),
        *("security_extras", "exit", "renewal_rise"),
    ],
    "buyer_currency": "USD",
    "sealed": True,
}
SHEET: dict[str, Any] = {
    "dry_run": True,
    "created": 1,
    "unchanged": 1,
    "changes": [
        {
            "requirement": "R1",
            "row": 2,
            "before": None,
            "after": {
                "availability": "now",
                "available_from": None,
                "environments": [],
                "holds_for": "everywhere",
                "number": None,
                "statement": "Yes.",
                "evidence_url": "",
            },
        }
    ],
}


def request_example(value: Any) -> OpenApiExample:
    return OpenApiExample("A request", value=value, request_only=True)


def response_example(value: Any, *statuses: int) -> OpenApiExample:
    codes = [str(status) for status in statuses or (200,)]
    return OpenApiExample(
        "An answer", value=value, response_only=True, status_codes=codes
    )


SUBMIT = [request_example(CLAIM), response_example(CLAIM_ANSWER, 200, 201)]
BATCH = [request_example(BATCH_BODY), response_example(BATCH_ANSWER)]
ASK = [request_example(QUESTION), response_example(QUESTION_ANSWER, 201)]
PROPOSE = [request_example(PROPOSAL), response_example(PROPOSAL_ANSWER, 201)]
