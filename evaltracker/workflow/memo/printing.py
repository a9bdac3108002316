"""The memo as a PDF: tagged, A4 or Letter, made without fetching anything."""

from typing import Any, NoReturn

from django.template.loader import render_to_string

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.models import Decision

PAPERS = {"a4": "A4", "letter": "Letter"}
NO_LIBRARIES = (
    "This server lacks the libraries that make a PDF (Pango and HarfBuzz). Open the "
    "memo's page and print it from the browser, or save it as PDF there."
)


class Unprintable(Refused):
    """The machine cannot make a PDF; the page can still be printed."""

    default_code = "no_pdf_libraries"


def as_pdf(
    evaluation: Evaluation, text: str, decision: Decision | None, paper: str = "a4"
) -> bytes:
    """The memo's words as PDF/UA; `decision` is given once they are frozen.

    Args:
        evaluation: whose title stands in the document's properties.
        text: Markdown, with its seal.
        decision: whose fingerprint stands on every page.
        paper: one of `PAPERS`.

    Raises:
        Unprintable: the libraries are not installed.

    """
    try:
        # Late, since it needs libraries of the system that a demo may lack.
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise Unprintable(NO_LIBRARIES) from error
    page = render_to_string(
        "workflow/memo_print.html",
        {
            "evaluation": evaluation,
            "memo": as_html(text, alone=True),
            "decision": decision,
            "paper": PAPERS[paper],
        },
    )
    document = HTML(string=page, base_url=None, url_fetcher=refuse)
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def refuse(url: str, *args: Any, **kwargs: Any) -> NoReturn:
    """Nothing in a memo is worth a request to another host."""
    raise ValueError("A memo fetches nothing.")
