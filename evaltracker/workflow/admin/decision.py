"""Letters of the decision: what each vendor is told, and what became of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from evaltracker.decision import links
from evaltracker.decision.admin.comparison import compare
from evaltracker.decision.admin.promise_checks import metric_picture
from evaltracker.decision.memo.brief import price_gap
from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.documents import PAPERS
from evaltracker.decision.memo.figures import BLANK, Figures, Sentence
from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.decision.memo.markdown import as_html
from evaltracker.decision.memo.pack import differences, memo_as, proven
from evaltracker.decision.memo.printing import PrintedFigure as HeadFigure
from evaltracker.decision.memo.printing import front_page
from evaltracker.decision.memo.record import Memo
from evaltracker.decision.models import ContractTerm, Decision, Letter, PromiseCheck
from evaltracker.decision.selectors.contract_terms import is_near, term_of
from evaltracker.decision.selectors.letters import letter_notices
from evaltracker.decision.selectors.metrics import metric_rows, newest_readings
from evaltracker.decision.selectors.promises import (
    chosen_of,
    open_gaps_of,
    outcomes_of,
    promised_rows,
)
from evaltracker.decision.services.exports import may_export
from evaltracker.decision.services.letters import (
    check_letter,
    send_letter,
    text_in,
    write_letter,
)
from evaltracker.decision.services.promise_checks import publish_promises, record_of
from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import form_of
from evaltracker.pages.site import site
from evaltracker.pages.tabs import Tab, register_tab
from evaltracker.pages.workspace import evaluation_page, find_evaluation, show
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.files import download
from evaltracker.toolbox.languages import OFFERED
from evaltracker.workflow.admin.overview import MEMO_PARTS, who_reads_memo
from evaltracker.workflow.gates.context import GateReport, gate_reports, in_the_way
from evaltracker.workflow.inbox import NextStep
from evaltracker.workflow.inbox.glances import glances
from evaltracker.workflow.inbox.items import step_after
from evaltracker.workflow.services.stages import memo_for
from stakeholders.models import SignOff, SignOffRule
from stakeholders.policy import is_leadership, signing_parts
from trials.admin.base import takes_part
from vendors.admin.base import AboutCandidate, open_answers
from vendors.admin.invitations import ContactsField, ContactsForm
from vendors.choices import DocumentKind
from vendors.models import PublishedDocument
from vendors.policy import may_read_contacts, may_see_prices
from vendors.selectors.annex import annex_versions
from vendors.selectors.costs import nobody_opens, opening_state


@dataclass(frozen=True, slots=True)
class Follows:
    drafts: int
    sent: int
    checks: list[PromiseCheck]
    term: ContractTerm | None

    @property
    def next_check(self) -> PromiseCheck | None:
        return next((check for check in self.checks if check.is_open), None)


def after_decision(
    user: User, evaluation: Evaluation, decision: Decision
) -> dict[str, Any]:
    """For the template of the decision's page; four queries and the count again."""
    released = Letter.objects.in_evaluation(evaluation).values_list(
        "released_at", flat=True
    )
    days = list(released.order_by())
    follows = Follows(
        drafts=days.count(None),
        sent=len(days) - days.count(None),
        checks=list(PromiseCheck.objects.in_evaluation(evaluation)),
        term=term_of(evaluation),
    )
    return {
        "differences": differences(decision),
        "follows": follows,
        "step": step_now(evaluation, follows) if is_owner(user, evaluation) else None,
        "may_take_pack": may_export(user, evaluation),
    }


def step_now(evaluation: Evaluation, follows: Follows) -> NextStep | None:
    if follows.drafts:
        many = "s" if follows.drafts > 1 else ""
        return NextStep(
            what=f"Go over and send {follows.drafts} letter{many}.",
            why="Vendors are waiting to hear the outcome and the reasons.",
            link=links.page(evaluation, "letters"),
            verb="Open the letters",
        )
    check = follows.next_check
    if check is None:
        return None
    return NextStep(
        what=f"Promise check on {date_format(check.due_on, 'j F Y')}.",
        why="You are reminded a week before. Then say what holds of what was promised, "
        "and what the metrics are.",
        link=links.page(evaluation, "promise_checks", f"check-{check.pk}"),
        verb="Open the promise checks",
    )


PRICE = "Price"
APPROVED = "Approved"


def decision_head(
    counted: Figures,
    decision: Decision | None,
    step: NextStep | None,
    *,
    approved: HeadFigure | None = None,
    prices: bool,
) -> dict[str, Any]:
    """Of a frozen decision, or for None of a draft, whose signatures `approved` tells.
    Without `prices` what it costs stays sealed."""
    memo: Memo = {"inputs": counted.inputs, "results": counted.results}
    if decision:
        memo = decision.memo
    front = front_page(memo, decision, counted=counted)
    figures = [
        approved if approved and figure.name == APPROVED else figure
        for figure in front.figures
        if prices or figure.name != PRICE
    ]
    return {
        "sentence": front.sentence,
        "said": front.said,
        "figures": figures,
        "step": step,
    }


def approved_figure(reports: Sequence[GateReport]) -> HeadFigure:
    nobody = ("–", "nobody is asked to sign yet")
    counts = (report.approved for report in reports if report.approved)
    return HeadFigure(APPROVED, *next(counts, nobody))


def step_to_decide(
    evaluation: Evaluation,
    reports: Sequence[GateReport],
    signing: Sequence[SignOffRule],
    *,
    owner: bool,
) -> NextStep | None:
    closed = in_the_way(reports)
    if owner and closed:
        return step_after(evaluation, closed[0])
    if owner:
        return NextStep(
            what="Every rule holds.",
            why="Deciding freezes the memo and drafts the letters to the vendors.",
            link=links.act("decide", evaluation),
            verb="Decide",
        )
    if signing:
        rule = signing[0]
        return NextStep(
            what="Your signature is asked for.",
            why="Read what is signed, what it costs and what would change our mind.",
            link=links.sign(rule),
            verb=f"Read and sign as {rule.get_role_display()}",
        )
    return None


@evaluation_page("decision", "Decision", order=110, group="Decision")
def decision_page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    open_answers(request, evaluation)
    decision = decision_of(evaluation)
    frozen = decision is not None and decision.decided_at is not None
    standing = standing_memo(evaluation)
    memo = standing.memo
    deciding = evaluation.is_open and evaluation.stage == Stage.DECISION
    comparison = compare(standing.figures, evaluation, user)
    owner = is_owner(user, evaluation)
    sealed = not may_see_prices(user, evaluation)
    if deciding:
        reports = gate_reports(evaluation)
    else:
        reports = []
    if frozen and decision:
        first = after_decision(user, evaluation, decision)
        first["head"] = decision_head(
            standing.figures, decision, first["step"], prices=not sealed
        )
    elif deciding:
        first = screen_of_draft(
            user, evaluation, standing.figures, reports, prices=not sealed
        )
    else:
        first = {}
    return show(
        request,
        evaluation,
        "workflow/decision.html",
        next_date=glances(user, [evaluation])[evaluation.pk].next_date,
        decision=decision,
        frozen=frozen,
        comparison=comparison,
        rows=[(option, option.fit) for option in comparison.compared],
        asked=standing.brief(prices=not sealed, readings=newest_readings(evaluation)),
        weighed=weighed(standing.figures),
        price_gap=BLANK if sealed else gap_of_choice(memo),
        deciding=deciding,
        reports=reports,
        closed=sum(not report.open for report in reports),
        sealed=sealed,
        owns=owner,
        opening=opening_state(evaluation, user) if deciding else None,
        nobody=nobody_opens(evaluation),
        memo_is_open=memo_is_open(user, evaluation),
        is_owner=owner,
        may_waive=deciding and is_leadership(user, evaluation),
        **first,
    )


def screen_of_draft(
    user: User,
    evaluation: Evaluation,
    counted: Figures,
    reports: list[GateReport],
    *,
    prices: bool,
) -> dict[str, Any]:
    rules = list(
        SignOffRule.objects.filter(evaluation=evaluation, stage=Stage.DECISION)
    )
    opened = evaluation.prices_opened_at is not None
    # Nobody signs what names a sealed price.
    signing = [
        rule for rule in rules if opened and signing_parts(user, evaluation, rule.role)
    ]
    step = step_to_decide(
        evaluation, reports, signing, owner=is_owner(user, evaluation)
    )
    approved = approved_figure(reports)
    head = decision_head(counted, None, step, approved=approved, prices=prices)
    return {"head": head, "signing": signing}


def gap_of_choice(memo: Memo) -> Sentence:
    inputs = memo["inputs"]
    results = memo["results"]
    firsts = results.get("robustness", {}).get("ranking", [])
    key = inputs["choice"]["candidate"] or (firsts[0]["id"] if firsts else "")
    return price_gap(inputs, results, key)


def decision_of(evaluation: Evaluation) -> Decision | None:
    rows = Decision.objects.select_related("candidate", "decided_by")
    return rows.filter(evaluation=evaluation).first()


def is_decided(user: User, evaluation: Evaluation) -> bool:
    return evaluation.status == Status.DECIDED


def memo_is_open(user: User, evaluation: Evaluation) -> bool:
    return evaluation.stage == Stage.DECISION and may_see_prices(user, evaluation)


@evaluation_page(
    "promise_checks", "After the award", order=113, group="Decision", visible=is_decided
)
def checks_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    open_answers(request, evaluation)
    today = today_in(evaluation.zone)
    candidate = chosen_of(evaluation)
    rows = PromiseCheck.objects.in_evaluation(evaluation)
    checks = list(rows.select_related("closed_by", "candidate__evaluation"))
    if candidate and checks:
        promised = promised_rows(candidate, checks)
    else:
        promised = []
    if checks:
        metrics = metric_rows(evaluation, checks, today)
    else:
        metrics = []
    if candidate:
        term = term_of(evaluation)
    else:
        term = None
    return show(
        request,
        evaluation,
        "workflow/promise_checks.html",
        candidate=candidate,
        term=term,
        near=term is not None and is_near(term),
        gaps=open_gaps_of(candidate) if candidate else (),
        metrics=metrics,
        picture=metric_picture(metrics),
        checks=outcomes_of(checks),
        annex=annex_versions(candidate).first() if candidate else None,
        rows=[(row, list(zip(checks, row.verdicts, strict=True))) for row in promised],
        today=today,
        is_owner=is_owner(user, evaluation),
        part=takes_part(user, evaluation),
    )


@dataclass(frozen=True, slots=True)
class LetterRow:
    letter: Letter
    mails: list[Notice]

    @property
    def record(self) -> PublishedDocument | None:
        documents = self.letter.candidate.documents.all()
        kind = DocumentKind.PROMISES
        return next((row for row in documents if row.kind == kind), None)


@evaluation_page("letters", "Letters", order=112, group="Decision", visible=is_decided)
def letters_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    open_answers(request, evaluation)
    letters = list(
        Letter.objects.in_evaluation(evaluation)
        .select_related("candidate__vendor", "released_by")
        .prefetch_related("candidate__documents")
        .order_by("candidate__name")
    )
    mails: dict[str, list[Notice]] = defaultdict(list)
    for letter_notice in letter_notices(letters):
        mails[letter_notice.subject_id].append(letter_notice)
    return show(
        request,
        evaluation,
        "workflow/letters.html",
        rows=[LetterRow(letter, mails[str(letter.pk)]) for letter in letters],
        is_owner=is_owner(user, evaluation),
        reads_addresses=may_read_contacts(user, evaluation),
    )


class OnLetter(AboutCandidate[Letter]):
    tab = "letters"
    anchor = "letter"
    model = Letter
    target_name = "letter"
    related = ("candidate__evaluation__owner", "candidate__vendor")
    heading_format = "{title}: {target.candidate}"


LANGUAGE = forms.ChoiceField(
    choices=list(OFFERED.items()),
    label="Language",
    required=False,
    help_text="A draft that nobody changed is written in it; changed words stay.",
)


class WriteLetter(OnLetter):
    title = "Edit the letter"
    verb = "Save the draft"
    help = "Saving sends nothing. The draft is based on the ledger."
    success = "Draft saved. Nothing was sent."
    form_class = form_of(
        language=LANGUAGE,
        text=forms.CharField(
            label="The letter",
            widget=forms.Textarea(attrs={"rows": 18}),
            help_text=(
                "Blank lines between paragraphs. The mail greets each reader by name "
                "above it. Name no other candidate, no price and no score."
            ),
        ),
    )
    service = write_letter
    current_fields = ("language", "text")


class PublishPromises(OnLetter):
    title = "Publish the promise record"
    verb = "Publish it"
    help = (
        "Its vendor can read this at once, and nobody can change it. Everybody who got "
        "the letter gets a mail."
    )
    success = "The promise record is published."
    template = "workflow/publish_promises.html"
    dangerous = True
    service = publish_promises

    def context(self, target: Letter, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "record": record_of(target)}


class SendForm(ContactsForm):
    contacts = ContactsField(
        label="Who gets the letter",
        help_text="Each gets a mail of their own and sees nobody else's.",
    )
    language = LANGUAGE

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, candidate=letter.candidate, **kwargs)
        if letter.released_at:
            del self.fields["language"]
        had = letter_notices([letter]).values("address")
        self.choice.queryset = self.choice.queryset.exclude(email__in=had)


class SendLetter(OnLetter):
    title = "Send the letter"
    verb = "Send it"
    help = (
        "It is sent as shown below. You can't change it afterwards. A mail that may "
        "have arrived is never repeated without your word."
    )
    success = "The letter is on its way."
    form_class = SendForm
    template = "workflow/send_letter.html"
    dangerous = True
    service = send_letter
    rule = check_letter
    form_about = "letter"
    current_fields = ("language",)
    preview_verb = "Show it in this language"

    def preview(self, target: Letter, data: Mapping[str, Any], user: User) -> str:
        return text_in(target, data.get("language") or target.language)


OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}


def memo_asked(
    request: HttpRequest, slug: str
) -> tuple[Evaluation, Decision | None, Memo]:
    user: Any = request.user
    evaluation = find_evaluation(user, slug)
    open_answers(request, evaluation)
    return evaluation, *memo_for(user, evaluation)


def memo_can_be_read(user: User, evaluation: Evaluation) -> bool:
    return is_decided(user, evaluation) or memo_is_open(user, evaluation)


def folded(html: str) -> SafeString:
    """With the appendix, the larger half of a memo, folded."""
    start = html.find('class="et-appendix"')
    if start < 0:
        return SafeString(html)
    start = html.rfind("<", 0, start)
    heading, end, rest = html[start:].partition("</h3>")
    fold = f"<details><summary>{heading}{end}</summary>{rest}</details>"
    return SafeString(f"{html[:start]}{fold}")


def memo_page(request: HttpRequest, slug: str) -> HttpResponse:
    user: Any = request.user
    evaluation, decision, memo = memo_asked(request, slug)
    sealed = proven(memo, decision)
    signed = SignOff.objects.filter(
        visit__evaluation=evaluation, visit__stage=Stage.DECISION
    )
    return show(
        request,
        evaluation,
        "workflow/memo.html",
        title="Decision memo",
        tab="memo",
        decision=decision,
        memo=sealed,
        head=as_html(sealed.head),
        body=folded(as_html(sealed.body)),
        signed=signed.select_related("document").order_by("signed_at"),
        discussed=who_reads_memo(evaluation, User.objects.filter(pk=user.pk)).exists(),
        memo_parts=[part for part in MEMO_PARTS.items() if part[1] in sealed.body],
    )


def memo_file(kind: str, request: HttpRequest, slug: str) -> HttpResponse:
    paper = "a4"
    if kind == "pdf":
        check_query(request, filters={"paper"})
        paper = request.GET.get("paper", paper)
    if paper not in PAPERS:
        raise Invalid("The paper is a4 or letter.")
    evaluation, decision, memo = memo_asked(request, slug)
    return download(
        memo_as(kind, evaluation, memo, decision, paper),
        name=f"{slug}-memo.{kind}",
        content_type=KINDS[kind],
        cache="private, no-store",
    )


site.register_page("e/<slug:slug>/memo/", require_safe(memo_page), "memo")
register_tab(Tab(111, "memo", "Memo", "memo", "Decision", memo_can_be_read))
for ending in KINDS:
    view = require_safe(partial(memo_file, ending))
    site.register_page(f"e/<slug:slug>/memo.{ending}", view, f"memo_{ending}")
