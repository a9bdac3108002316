"""The annex of promises: its draft, its versions, and what the owner does with it."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse

from evaltracker.decision.memo.documents import typeset
from evaltracker.decision.models import Undertaking
from evaltracker.decision.selectors import chosen_of
from evaltracker.errors import require_row
from evaltracker.evaluations.models import Entry, Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import (
    NamedChoice,
    OfferingForm,
    ReasonForm,
    form_like,
    form_of,
)
from evaltracker.pages.workspace import evaluation_page, page_address, show
from evaltracker.toolbox.files import download
from evaltracker.workflow.annex import annex_text, digest_of_annex
from evaltracker.workflow.services.annex import (
    add_undertaking,
    check_annex,
    facts_of,
    promisor,
    put_forward_annex,
    refs_of,
    rule_annex_line,
    strike_undertaking,
)
from vendors.admin.base import AboutCandidate, OnPlace, Place, open_answers
from vendors.models import Candidate, Contact, PublishedDocument
from vendors.selectors.annex import annex_versions


def is_promised(user: User, evaluation: Evaluation) -> bool:
    candidate = chosen_of(evaluation)
    return candidate is not None and candidate.vendor_id is not None


@evaluation_page(
    "annex", "Annex of promises", order=114, group="Decision", visible=is_promised
)
def annex_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    candidate, version = read(request, evaluation)
    facts = version.facts if version else facts_of(candidate)
    text = version.text if version else annex_text(facts)
    versions = replied_versions(candidate)
    needs = {row.ref: Place(candidate, row) for row in evaluation.requirements.all()}
    user: Any = request.user
    return show(
        request,
        evaluation,
        "workflow/annex.html",
        title="Annex of promises",
        tab="annex",
        candidate=candidate,
        version=version,
        versions=versions,
        text=text,
        lines=[(line, needs.get(line["ref"])) for line in facts["lines"]],
        more=[needs[ref] for ref in refs_of(facts)[1]],
        is_new=text not in {row.text for row, *_ in versions[:1]},
        is_owner=is_owner(user, evaluation),
    )


def replied_versions(
    candidate: Candidate,
) -> list[tuple[PublishedDocument, Any, Entry | None]]:
    """Each version with its receipt, and the entry that tells who had added the contact
    whose receipt it is."""
    people = Contact.objects.filter(vendor=candidate.vendor_id)
    emails = {str(row.pk): row.email.lower() for row in people}
    entries = candidate.evaluation.entries.filter(
        action="contact.added", subject_id__in=emails
    )
    added = {emails[entry.subject_id]: entry for entry in entries}
    rows: Any = annex_versions(candidate).prefetch_related("documentobjections")
    receipts = [(row, row.documentreceipts.first()) for row in rows]
    return [(row, it, it and added.get(it.address)) for row, it in receipts]


@evaluation_page("annex_pdf", "Annex of promises as PDF", route="annex.pdf")
def annex_pdf(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    candidate, version = read(request, evaluation)
    text = version.text if version else annex_text(facts_of(candidate))
    head, _, body = text.partition("\n")
    told = {"evaluation": evaluation, "version": version, "head": head, "body": body}
    name = f"version-{version.version}" if version else "draft"
    return download(
        typeset("workflow/annex_print.html", told).write_pdf(pdf_variant="pdf/ua-1"),
        name=f"{evaluation.slug}-annex-{name}.pdf",
        content_type="application/pdf",
        cache="private, no-store",
    )


def read(
    request: HttpRequest, evaluation: Evaluation
) -> tuple[Candidate, PublishedDocument | None]:
    """The chosen candidate, and the version that is asked for; None: the draft."""
    check_query(request, filters={"version"})
    open_answers(request, evaluation)
    candidate, asked = promisor(evaluation), request.GET.get("version", "")
    versions = {str(row.version): row for row in annex_versions(candidate)}
    return candidate, require_row(versions.get(asked)) if asked else None


class OnAnnex(AboutCandidate[Candidate]):
    tab = "annex"
    model = Candidate
    target_name = "candidate"
    related = ("evaluation__owner", "vendor")
    heading_format = "{title}"
    rule = check_annex


class OnLine(OnPlace):
    tab = "annex"
    heading_format = "{title}: {target.requirement.ref}"

    def check(self, user: User, target: Place) -> None:
        check_annex(target.candidate, user)

    def cancel_url(self, target: Place) -> str:
        return page_address(target.evaluation, "annex")


class AddAnnexLine(OnLine):
    title = "Add a line"
    verb = "Add the line"
    help = "The vendor's own words stand in the next version, whatever it weighs."
    success = "The line is in the draft."
    service = rule_annex_line


class StrikeAnnexLine(OnLine):
    title = "Strike a line"
    verb = "Strike the line"
    help = "The next version goes without it. Versions put forward keep it."
    success = "The line is struck."
    form_class = ReasonForm
    service = rule_annex_line


class UndertakingForm(OfferingForm, form_like(Undertaking, ("words", "due_on"))):  # type: ignore[misc]
    offers: ClassVar = {
        "requirement": lambda about: about.evaluation.requirements.filter(
            retired_at=None
        )
    }
    requirement = NamedChoice(
        Requirement._default_manager.none(),
        label="Concerns",
        required=False,
        help_text="Such as a requirement with a gap whose day was agreed later.",
    )


class AddUndertaking(OnAnnex):
    title = "Add an undertaking"
    verb = "Add the undertaking"
    help = "Write down what you agreed after the answers, with a day if there is one."
    success = "The undertaking is in the draft."
    form_class = UndertakingForm
    service = add_undertaking


class StrikeUndertaking(AboutCandidate[Undertaking]):
    title = "Strike the undertaking"
    verb = "Strike it"
    help = StrikeAnnexLine.help
    success = "The undertaking is struck."
    tab = "annex"
    model = Undertaking
    related = ("candidate__evaluation__owner",)
    target_name = "undertaking"
    form_class = ReasonForm
    service = strike_undertaking


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
        return {"digest": digest_of_annex(self.text(target, user))}

    def context(self, target: Candidate, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "text": self.text(target, user)}

    def text(self, target: Candidate, user: User) -> str:
        return "" if self.why_not(user, target) else annex_text(facts_of(target))
