"""The memo as a PDF: tagged, A4 or Letter, made without fetching anything."""

from typing import Any

from django.template.loader import render_to_string

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.typefaces import FACES, FILES, FOLDER
from evaltracker.workflow.memo.html import as_html
from evaltracker.workflow.memo.sealed_memo import SealedMemo
from evaltracker.workflow.models import Decision

PAPERS = {"a4": "A4", "letter": "Letter"}
# Under this address the shipped typefaces are found, and nothing else.
SHIPPED = "shipped:"
NO_LIBRARIES = (
    "This server lacks the libraries that make a PDF (Pango and HarfBuzz). Open the "
    "memo's page and print it from the browser, or save it as PDF there."
)


class Unprintable(Refused):
    """The machine cannot make a PDF; the page can still be printed."""

    default_code = "no_pdf_libraries"


def as_pdf(
    evaluation: Evaluation,
    memo: SealedMemo,
    decision: Decision | None,
    paper: str = "a4",
) -> bytes:
    """The memo as PDF/UA; `decision` is given once it is frozen.

    Args:
        evaluation: whose title stands in the document's properties.
        memo: first page, words and seal.
        decision: whose fingerprint stands on every page.
        paper: one of `PAPERS`.

    Raises:
        Unprintable: the libraries are not installed.

    """
    laid_out = lay_out(evaluation, memo, decision, paper)
    pdf: bytes = laid_out.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def lay_out(
    evaluation: Evaluation,
    memo: SealedMemo,
    decision: Decision | None,
    paper: str = "a4",
) -> Any:
    """The same as a document of WeasyPrint, from which a PDF is written."""
    try:
        # Late, since it needs libraries of the system that a demo may lack.
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise Unprintable(NO_LIBRARIES) from error
    page = render_to_string(
        "workflow/memo_print.html",
        {
            "evaluation": evaluation,
            "head": as_html(memo.head, alone=True),
            "front": memo.front,
            "body": as_html(memo.body, alone=True),
            "decision": decision,
            "seal": seal_in_groups(decision) if decision else "",
            "paper": PAPERS[paper],
            "faces": FACES,
            "shipped": SHIPPED,
        },
    )
    return HTML(string=page, base_url=None, url_fetcher=fetch_shipped)


def seal_in_groups(decision: Decision) -> str:
    """“1443 0818 d8e8 90aa”: the first letters of the fingerprint, to be compared."""
    start = decision.memo_sha256[:16]
    return " ".join(start[place : place + 4] for place in range(0, 16, 4))


def fetch_shipped(url: str, *args: Any, **kwargs: Any) -> Any:
    """A typeface that is shipped; nothing in a memo is worth a request to anybody."""
    from weasyprint.urls import URLFetcherResponse

    name = url.removeprefix(SHIPPED)
    if name == url or name not in FILES:
        raise ValueError("A memo fetches nothing.")
    content = (FOLDER / name).read_bytes()
    return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})
