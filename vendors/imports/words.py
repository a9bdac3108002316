"""The words for an availability, and the columns of a list of claims."""

from evaltracker.importing.words import (
    ANSWER_COLUMNS,
    CANDIDATE_COLUMNS,
    COMPONENT_COLUMNS,
    NAME_COLUMNS,
    REF_COLUMNS,
)
from vendors.choices import Availability

# A word that is not here is kept as text and reported, never guessed from. Case,
# hyphens and outer marks do not count.
STATUS_WORDS: dict[str, Availability] = {
    **dict.fromkeys(
        (
            "yes",
            "y",
            "true",
            "✓",
            "✔",
            "☑",
            "✅",
            "now",
            "ga",
            "generally available",
            "available",
            "available now",
            "supported",
            "supports",
            "fully supported",
            "included",
            "built in",
            "out of the box",
        ),
        Availability.NOW,
    ),
    **dict.fromkeys(
        ("beta", "public beta", "preview", "public preview", "early access"),
        Availability.BETA,
    ),
    **dict.fromkeys(
        (
            "planned",
            "roadmap",
            "on roadmap",
            "on the roadmap",
            "coming soon",
            "in development",
        ),
        Availability.PLANNED,
    ),
    **dict.fromkeys(
        (
            "on request",
            "custom",
            "customisation",
            "customization",
            "professional services",
            "at cost",
            "at extra cost",
        ),
        Availability.ON_REQUEST,
    ),
    **dict.fromkeys(
        (
            "no",
            "n",
            "false",
            "✗",
            "✘",
            "✕",
            "❌",
            "☒",
            "never",
            "none",
            "not supported",
            "unsupported",
            "does not support",
            "not available",
            "unavailable",
            "not planned",
        ),
        Availability.NEVER,
    ),
}
# Names of columns in one of which an answer is crossed.
CROSSED = frozenset({"yes", "no", "na", "notapplicable", "planned", "partial"})
# Known words that are no availability: the owner rules on them.
RULED_WORDS = frozenset(
    {"not applicable", "n/a", "na", "not evaluated", "not assessed", "unknown", "tbd"}
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "candidate": CANDIDATE_COLUMNS,
    "requirement": (*REF_COLUMNS, *NAME_COLUMNS, "requirementtext", "question", "text"),
    "component": COMPONENT_COLUMNS,
    "version": ("version", "productversion", "release"),
    "status": (
        "availability",
        "status",
        "level",
        *ANSWER_COLUMNS,
        *("comply", "complies", "compliant", "meets", "meetsrequirement", "yesno"),
        *("compliance", "conformance", "conformancelevel", "conformancestatus"),
        *("levelofconformance", "compliancelevel", "compliancestatus", "supported"),
    ),
    "statement": (
        "statement",
        "statementmarkdown",
        "statementtext",
        "claim",
        "notes",
        "note",
        "comment",
        "comments",
        "remarks",
        "explanation",
        "details",
        *("remarksandexplanations", "remarksandexplanation", "explanations"),
        *("additionalinformation", "additionalinfo", "furtherinformation"),
        *("vendorcomments", "vendorcomment", "suppliercomments", "implementation"),
        *("cspimplementationdescription", "implementationdescription"),
    ),
    "evidence": (
        "evidenceurl",
        "evidenceurls",
        "evidencelink",
        "evidence",
        "sourceurl",
        "sourceurls",
        "source",
        "link",
        "url",
    ),
    "available_from": ("availablefrom", "planneddate", "date", "when"),
    "number": ("claimednumber", "numberclaimed"),
}
