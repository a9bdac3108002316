"""The annex of promises: its draft, its versions, and what the owner does with it."""

from itertools import chain
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse

from evaltracker.decision.memo.documents import typeset
from evaltracker.decision.models import AnnexLine
from evaltracker.errors import require_row, why_not
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import (
    NamedChoice,
    OfferingForm,
    ReasonForm,
    form_like,
    form_of,
)
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.toolbox.files import download
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.annex import annex_text, chosen_rows, digest_of_annex
from evaltracker.workflow.services.annex import (
    add_annex_line,
    check_annex,
    facts_of,
    promisor,
    put_forward_annex,
    rulings_of,
    strike_annex_line,
)
from vendors.admin.base import AboutCandidate, open_answers
from vendors.models import Candidate, Contact, PublishedDocument
from vendors.selectors.annex import annex_versions


def is_promised(user: User, evaluation: Evaluation) -> bool:
    return why_not(promisor, evaluation) is None


@evaluation_page(
    "annex", "Annex of promises", order=114, group="Decision", visible=is_promised
)
def annex_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    candidate, document = read(request, evaluation)
    versions = replied_versions(candidate)
    user: Any = request.user
    return show(
        request,
        evaluation,
        "workflow/annex.html",
        candidate=candidate,
        document=document,
        versions=versions,
        is_new=document.text not in {row.text for row in versions[:1]},
        more=evaluation.requirements.filter(ref__in=chosen_rows(document.facts)[1]),
        struck=[row for row in rulings_of(candidate) if row.reason],
        is_owner=is_owner(user, evaluation),
    )


def replied_versions(candidate: Candidate) -> list[PublishedDocument]:
    """Each with its replies, and these with the entry that tells who had added the
    contact by whose address it was confirmed."""
    people = Contact.objects.filter(vendor=candidate.vendor_id)
    emails = {str(row.pk): row.email.lower() for row in people}
    entries = candidate.evaluation.entries.filter(
        action="contact.added", subject_id__in=emails
    )
    added = {emails[entry.subject_id]: entry for entry in entries}
    versions = list(annex_versions(candidate).prefetch_related("replies"))
    replies: Any = chain.from_iterable(row.replies.all() for row in versions)
    for reply in replies:
        reply.added = added.get(reply.address)
    return versions


@evaluation_page("annex_pdf", "Annex of promises as PDF", route="annex.pdf")
def annex_pdf(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    _, document = read(request, evaluation)
    laid_out = typeset("workflow/annex_print.html", {"document": document})
    if document.version:
        name = f"version-{document.version}"
    else:
        name = "draft"
    return download(
        laid_out.write_pdf(pdf_variant="pdf/ua-1"),
        name=f"{evaluation.slug}-annex-{name}.pdf",
        content_type="application/pdf",
        cache="private, no-store",
    )


def read(
    request: HttpRequest, evaluation: Evaluation
) -> tuple[Candidate, PublishedDocument]:
    """The chosen candidate, and the version that is asked for; the draft is version 0,
    and not saved."""
    check_query(request, filters={"version"})
    open_answers(request, evaluation)
    candidate = promisor(evaluation)
    if number := request.GET.get("version", ""):
        versions = {str(row.version): row for row in annex_versions(candidate)}
        return candidate, require_row(versions.get(number))
    facts = facts_of(candidate)
    draft = PublishedDocument(
        candidate=candidate, version=0, facts=facts, text=annex_text(facts)
    )
    return candidate, draft


class OnAnnex(AboutCandidate[Candidate]):
    tab = "annex"
    model = Candidate
    target_name = "candidate"
    related = ("evaluation__owner", "vendor")
    heading_format = "{title}"
    rule = check_annex


class AddLineForm(OfferingForm, form_like(AnnexLine, ("words", "due_on"))):  # type: ignore[misc]
    offers: ClassVar = {
        "requirement": lambda about: about.evaluation.requirements.filter(
            retired_at=None
        )
    }
    requirement = NamedChoice(
        Requirement._default_manager.none(),
        required=False,
        help_text="Alone, it adds what the vendor said of it. With words, they concern "
        "it, such as a gap whose day was agreed later.",
    )
    field_order = ("requirement", "words", "due_on")


class AddAnnexLine(OnAnnex):
    title = "Add a line"
    verb = "Add the line"
    help = (
        "Add what the vendor promised, whatever it weighs, or an undertaking: what you "
        "agreed after the answers."
    )
    success = "The line is in the draft."
    form_class = AddLineForm
    prefill = ("requirement",)
    service = add_annex_line


class StrikeLineForm(OfferingForm, ReasonForm):
    offers: ClassVar = {
        "line": lambda about: [
            (row["key"], f"{row['line']}. {shortened(row['says'], 90)}")
            for row in facts_of(about)["lines"]
        ]
    }
    line = forms.ChoiceField()
    field_order = ("line", "reason")


class StrikeAnnexLine(OnAnnex):
    title = "Strike a line"
    verb = "Strike the line"
    help = "The next version goes without it. Versions put forward keep it."
    success = "The line is struck."
    form_class = StrikeLineForm
    prefill = ("line",)
    service = strike_annex_line


class PutForwardAnnex(OnAnnex):
    title = "Put the annex forward"
    verb = "Put it forward"
    help = (
        "The vendor reads this version at once, and its contacts get a mail. Nobody "
        "can change it afterwards; you can put another forward."
    )
    success = "The annex is put forward."
    form_class = form_of(
        digest=forms.CharField(max_length=64, widget=forms.HiddenInput)
    )
    template = "workflow/put_forward_annex.html"
    dangerous = True
    service = put_forward_annex

    def initial(self, target: Candidate, user: User) -> dict[str, Any]:
        if self.why_not(user, target):
            text = ""
        else:
            text = annex_text(facts_of(target))
        return {"digest": digest_of_annex(text), "text": text}
