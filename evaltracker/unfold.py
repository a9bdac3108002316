"""How the admin looks, and its navigation; imported by settings."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def _file(name: str, request: HttpRequest | None = None) -> str:
    """The address of a static file, asked for late: names are hashed."""
    return static(name)


def _item(title: str, target: str, icon: str) -> tuple[str, str, str]:
    return (title, target, icon)


# What stands outside any one evaluation; what the reader may not open is left out.
MAIN: list[dict[str, Any]] = [
    {
        "title": "",
        "items": [
            _item("My work", "index", "inbox"),
            _item("Evaluations", "evaluations.evaluation", "balance"),
            _item("Companies", "vendors.vendor", "storefront"),
            _item("Templates", "evaluations.evaluationtemplate", "library_books"),
            _item("People", "evaluations.user", "group"),
        ],
    },
    # Lists over all evaluations, in the order of the process.
    {
        "title": "Administration",
        "for": "auditors",
        "items": [
            _item("Requirements", "evaluations.requirement", "checklist"),
            _item("Stakeholders", "stakeholders.stakeholder", "groups"),
            _item("Sign-offs", "stakeholders.signoff", "signature"),
            _item("Candidates", "vendors.candidate", "category"),
            _item("Contacts", "vendors.contact", "contacts"),
            _item("Tokens", "vendors.vendortoken", "vpn_key"),
            _item("Answers", "vendors.claim", "campaign"),
            _item("Questions", "vendors.question", "help"),
            _item("Costs", "vendors.costline", "payments"),
            _item("Demos", "trials.demo", "slideshow"),
            _item("Trials", "trials.trial", "science"),
            _item("Evidence", "trials.evidence", "fact_check"),
            _item("Scores", "trials.score", "star_rate"),
            _item("Decisions", "workflow.decision", "gavel"),
            _item("Journal", "evaluations.entry", "history"),
            _item("Notices", "evaluations.notice", "mail"),
            _item("Account log", "evaluations.accountentry", "key"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "evaltracker",
    "SITE_HEADER": "evaltracker",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "sizes": "any",
            "href": partial(_file, "evaltracker/logo.svg"),
        }
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [
        partial(_file, "evaltracker/evaltracker.css"),
        partial(_file, "evaltracker/parts.css"),
        partial(_file, "evaltracker/help.css"),
        partial(_file, "evaltracker/nav.css"),
        partial(_file, "evaltracker/charts.css"),
        partial(_file, "evaltracker/pages_vendors.css"),
        partial(_file, "evaltracker/pages_trials.css"),
        partial(_file, "evaltracker/pages_workflow.css"),
        partial(_file, "evaltracker/pages_comparison.css"),
        partial(_file, "evaltracker/grid.css"),
        partial(_file, "evaltracker/search.css"),
    ],
    "SCRIPTS": [
        partial(_file, "evaltracker/shim.js"),
        partial(_file, "evaltracker/typed.js"),
        partial(_file, "evaltracker/draft_store.js"),
        partial(_file, "evaltracker/drafts.js"),
        partial(_file, "evaltracker/fresh.js"),
        partial(_file, "evaltracker/dialog.js"),
        partial(_file, "evaltracker/search.js"),
    ],
    "SIDEBAR": {"main": MAIN},
    # A calm green-blue. 600 carries white text, 500 is text on dark: both pass AA.
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.7)",
            "100": "oklch(95.3% .051 180.8)",
            "200": "oklch(91% .096 180.4)",
            "300": "oklch(85.5% .138 181.1)",
            "400": "oklch(77.7% .152 181.9)",
            "500": "oklch(70.4% .14 182.5)",
            "600": "oklch(51.1% .096 186.4)",
            "700": "oklch(43.7% .078 188.2)",
            "800": "oklch(38.6% .063 188.4)",
            "900": "oklch(30% .05 190)",
            "950": "oklch(22% .04 192)",
        },
    },
}
