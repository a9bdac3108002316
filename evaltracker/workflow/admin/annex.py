"""The annex of promises: its draft, its versions, and what the owner does with it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from evaltracker.decision.memo.documents import typeset
from evaltracker.decision.models import AnnexLine, Undertaking
from evaltracker.decision.selectors import chosen_of
from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import (
    NamedChoice,
    OfferingForm,
    day_field,
    form_of,
    reason_field,
    text_field,
)
from evaltracker.pages.workspace import OnEvaluation, evaluation_page, show
from evaltracker.toolbox.files import download
from evaltracker.workflow.annex import annex_text, chosen_rows, digest_of_annex
from evaltracker.workflow.services.annex import (
    add_annex_line,
    add_undertaking,
    check_annex,
    draft_of,
    facts_of,
    promisor,
    put_forward_annex,
    refs_to_add,
    refs_to_strike,
    strike_annex_line,
    strike_undertaking,
)
from vendors.admin.base import AboutCandidate, open_answers
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.annex import annex_versions


def is_promised(user: User, evaluation: Evaluation) -> bool:
    candidate = chosen_of(evaluation)
    return candidate is not None and candidate.vendor_id is not None


@evaluation_page(
    "annex", "Annex of promises", order=114, group="Decision", visible=is_promised
)
def annex_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters={"version"})
    candidate, version = read(request, evaluation)
    facts = version.facts if version else facts_of(candidate)
    text = version.text if version else annex_text(facts)
    newest = annex_versions(candidate).first()
    ruled = AnnexLine.objects.filter(candidate=candidate, is_struck=True)
    struck = Undertaking.objects.filter(candidate=candidate, struck_at__isnull=False)
    user: Any = request.user
    return show(
        request,
        evaluation,
        "workflow/annex.html",
        title="Annex of promises",
        tab="annex",
        candidate=candidate,
        version=version,
        versions=annex_versions(candidate),
        text=text,
        lines=facts["lines"],
        needs={row["ref"]: row["text"] for row in chosen_rows(facts)[0]},
        is_new=newest is None or newest.text != text,
        struck_lines=ruled.select_related("requirement", "ruled_by"),
        struck_undertakings=struck.select_related("struck_by"),
        may_add=bool(refs_to_add(facts)),
        is_owner=is_owner(user, evaluation),
    )


@evaluation_page("annex_pdf", "Annex of promises as PDF", route="annex.pdf")
def annex_pdf(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters={"version"})
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
    """The chosen candidate, and the version that is asked for; None: the draft.

    Raises:
        NotFound: there is no such version. Refused: nobody else promised anything.
    """
    open_answers(request, evaluation)
    candidate, number = promisor(evaluation), request.GET.get("version", "")
    if not number:
        return candidate, None
    short = number.isascii() and number.isdecimal() and len(number) < 5
    rows = annex_versions(candidate).filter(version=int(number) if short else 0)
    if (version := rows.first()) is None:
        raise NotFound
    return candidate, version


class OnAnnex(AboutCandidate[Evaluation], OnEvaluation):
    tab = "annex"
    rule = check_annex


def needs_in(evaluation: Evaluation, refs: list[str]) -> Any:
    return Requirement.objects.filter(evaluation=evaluation, ref__in=refs)


class AddLineForm(OfferingForm):
    offers = {
        "requirement": lambda about: needs_in(about, refs_to_add(draft_of(about)))
    }
    requirement = NamedChoice(
        Requirement._default_manager.none(),
        label="What the vendor promised",
        help_text="Its words stand in the next version as the vendor wrote them.",
    )


class AddAnnexLine(OnAnnex):
    title = "Add a line"
    verb = "Add the line"
    help = "Take in something that the vendor promised, whatever it weighs."
    success = "The line is in the draft."
    form_class = AddLineForm
    service = add_annex_line


class StrikeLineForm(OfferingForm):
    offers = {
        "requirement": lambda about: needs_in(about, refs_to_strike(draft_of(about)))
    }
    requirement = NamedChoice(
        Requirement._default_manager.none(), label="Which line", to_field_name="ref"
    )
    reason = reason_field(help_text="It stays beside the draft and in the journal.")


class StrikeAnnexLine(OnAnnex):
    title = "Strike a line"
    verb = "Strike the line"
    help = "The next version goes without it. Versions put forward keep it."
    success = "The line is struck."
    form_class = StrikeLineForm
    service = strike_annex_line
    prefill = ("requirement",)


class UndertakingForm(OfferingForm):
    offers = {"requirement": lambda about: about.requirements.filter(retired_at=None)}
    words = text_field(
        "What the vendor will do",
        max_length=2000,
        help_text="In your words, as agreed. The vendor reads it; name nobody else.",
    )
    due_on = day_field("Due", required=False)
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
    form_class = form_of(
        reason=reason_field(help_text="It stays beside the draft and in the journal.")
    )
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

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"digest": digest_of_annex(self.text(target))}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "text": self.text(target)}

    def text(self, target: Evaluation) -> str:
        draft = draft_of(target)
        return annex_text(draft) if draft else ""
