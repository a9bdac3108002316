"""Recording evidence, research and excuses, and the files that they rest on."""

import datetime
import mimetypes
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from evaltracker.enumerations import Source
from evaltracker.errors import require_row, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topic_types import is_participant, key_of
from evaltracker.pages.acts import Rule, address_of
from evaltracker.pages.base import by, check_query
from evaltracker.pages.fields import (
    NamedChoice,
    day_field,
    form_of,
    link_field,
    reason_field,
    text_field,
    without_blank,
)
from evaltracker.pages.search import Search, SearchScope, register_search
from evaltracker.pages.site import site
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.talk.rules import files_of
from evaltracker.toolbox.files import attachment
from evaltracker.toolbox.registry import read_once
from evaltracker.toolbox.text import listed
from trials.admin.base import AboutRequirement
from trials.choices import (
    SOURCE_CHOICES,
    DataOwner,
    EvidenceVerdict,
    NoteKind,
    Runner,
    setting_choices,
)
from trials.models import Demo, Evidence, Excuse, Gap, ResearchNote, Trial
from trials.selectors.evaluation_cache import standing_ledger
from trials.selectors.trials import is_partly_proven
from trials.services.evidence import (
    SUBJECTS,
    JudgeRow,
    check_evidence,
    check_judge_together,
    check_take_back_evidence,
    excuse_knock_out,
    judge_rows,
    judge_together,
    note_research,
    reconfirm_evidence,
    record_evidence,
    rows_together,
    take_back_evidence,
    verdicts_in,
    withdraw_excuse,
)
from vendors.admin.base import (
    AboutCandidate,
    AboutCandidates,
    CandidateRequirement,
    OnCandidate,
    OnPlace,
    cell_address,
    cell_name,
    open_answers,
    reader,
)
from vendors.claims import answered_values
from vendors.fields import ForValuesForm, ScopeBox, ValuesField, boxes_of
from vendors.models import Candidate, Claim, ClaimFile
from vendors.policy import to_declare
from vendors.selectors.candidates import demanded_of
from vendors.selectors.claims import readable
from vendors.services.claims import current_claim


@dataclass
class PageRow(JudgeRow):
    """The same with what its page shows beside it."""

    place: CandidateRequirement | None = None
    runs: Any = None
    cell: Any = None
    # What keeps it from being judged together with others.
    waits: str = ""

    @property
    def values(self) -> list[tuple[str, list[ScopeBox]]]:
        return boxes_of(self.lists, self.subject.named_values)

    @property
    def blocks(self) -> bool:
        """A must-have that holds partly, which is not enough to leave the trials."""
        last = self.verdict
        partly = last is not None and last.verdict == EvidenceVerdict.PARTLY
        requirement = self.subject.requirement
        return (
            partly
            and self.cell is not None
            and is_partly_proven(self.cell, requirement)
        )

    @property
    def proposed(self) -> str:
        """The verdict that its runs propose; blank if they are too few."""
        return (self.runs and self.runs.pooled.proposal.verdict) or ""

    @property
    def judged_by_eye(self) -> bool:
        """Whether somebody may judge what they saw; what is measured is confirmed."""
        waits = self.proposed or (self.runs and self.runs.pooled.asks)
        return not (self.subject.measure and waits)

    @property
    def lacks_runs(self) -> bool:
        counted = self.runs and self.runs.pooled.proposal.n
        return bool(self.subject.measure) and not counted

    @property
    def is_confirmed(self) -> bool:
        rests_on = getattr(self.verdict, "measurement", None)
        if rests_on is None or self.runs is None or self.to_judge:
            return False
        pooled = self.runs.pooled
        if rests_on.pool:
            first = pooled.proposing
            pool = first and first.pool._asdict()
            now = (pool, pooled.left_out, [key for key, _ in pooled.moves])
            out = rests_on.left_out.get("n", 0)
            if now != (rests_on.pool, out, [move["id"] for move in rests_on.moves]):
                return False
        return (rests_on.n, rests_on.proposed) == (pooled.proposal.n, self.proposed)


def page_rows(
    place: Demo | Trial,
    runs_of: Callable[[list[Any]], Mapping[Any, Any]] = lambda subjects: {},
    gaps: Sequence[Gap] = (),
) -> list[PageRow]:
    rows = judge_rows(place, PageRow)
    runs = runs_of([row.subject for row in rows])
    cells = standing_ledger(place.candidate.evaluation).of(place.candidate).cells
    for row in rows:
        if (requirement := row.subject.requirement) is not None:
            row.place = CandidateRequirement(place.candidate, requirement)
            row.runs = runs.get(row.subject.pk)
            row.cell = cells.get(requirement.ref)
            row.waits = row.waits_for(row.runs and row.runs.pooled, gaps)
    return rows


def judging(place: Demo | Trial, rows: Sequence[PageRow], user: User) -> dict[str, Any]:
    """What the table of rows needs of a page; its forms begin with what was said last,
    there or beside it."""
    source = SUBJECTS[type(place)][0]
    ran, owners = setting_choices(place.candidate.evaluation.wording)
    verdicts = [verdict for row in rows for verdict in row.history if verdict.runner]
    last: Any = max(verdicts, key=attrgetter("recorded_at"), default=None)
    setting = last and {"runner": last.runner, "data": last.data}
    judgeable = [row for row in rows if row.subject.requirement is not None]
    left = [row for row in judgeable if row.to_judge]
    given = [row.verdict for row in rows if row.verdict and row.verdict.others]
    undo = next(
        (verdict for verdict in given if verdict.recorded_by_id == user.pk), None
    )
    if source == Source.DEMO:
        not_shown = []
    else:
        not_shown = [EvidenceVerdict.NOT_SHOWN]
    return {
        "rows": rows,
        "asked": len(judgeable),
        "judged": len(judgeable) - len(left),
        "left": left,
        "musts": sum(row.subject.requirement.is_must for row in left),
        "together": sum(not row.waits for row in left),
        "undo": undo and why_not(check_take_back_evidence, undo, user) is None and undo,
        "verdicts": without_blank(EvidenceVerdict.choices, *not_shown),
        "runners": ran.items(),
        "data_owners": owners.items(),
        "ran": setting or setting_beside(place),
        # Programs that report runs are ours.
        "ran_by_program": {
            "runner": Runner.US,
            "data": (last and last.data) or DataOwner.OURS,
        },
    }


def setting_beside(place: Demo | Trial) -> dict[str, Any]:
    """What was said last of its evaluation's other demos, or other trials."""
    verdicts = Evidence.objects.in_evaluation(place.candidate.evaluation)
    return last_setting(verdicts.filter(source=SUBJECTS[type(place)][0]))


def together(place: Demo | Trial) -> tuple[list[JudgeRow], list[tuple[JudgeRow, str]]]:
    return read_once((rows_together, place), lambda: rows_together(place))


def last_setting(verdicts: QuerySet[Evidence]) -> dict[str, Any]:
    rows = verdicts.exclude(runner="").order_by("-recorded_at")
    return dict(rows.values("runner", "data").first() or {})


class SettingForm(forms.Form):
    """Who ran it, and on whose data; research needs neither."""

    runner = forms.ChoiceField(help_text="Enter who ran it, not who watched.")
    data = forms.ChoiceField(  # type: ignore[assignment]
        help_text="A trial that the vendor ran with what is its own proves what a demo "
        "proves."
    )

    def __init__(
        self, *args: Any, wording: Mapping[str, str], source: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words_of_fields = {"runner": "ran_by", "data": "on_data"}
        offers = setting_choices(wording)
        for (name, word), offered in zip(words_of_fields.items(), offers, strict=True):
            field: Any = self.fields[name]
            field.label = wording[word]
            field.choices = [("", "choose"), *offered.items()]
            field.required = bool(source)
            field.needed = "" if source else "needed for a demo or a trial"


class ProofForm(SettingForm):
    """What was found of exactly these words; `claim` says which were shown."""

    verdict = forms.ChoiceField(choices=EvidenceVerdict.choices)
    note = text_field(
        "Note", required=False, help_text="What you saw. A failure needs it."
    )
    claim = forms.ModelChoiceField(
        Claim.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "These words are not there any more."},
    )
    took = forms.CharField(
        label="Days that it took",
        required=False,
        max_length=20,
        help_text="In halves, such as 2.5. Leave it out if nobody counted.",
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    url = link_field("Link")
    file = forms.FileField(
        label="File",
        required=False,
        help_text="At most 10 MB: pdf, png, jpeg, txt, csv, xlsx or docx.",
    )

    field_order: Iterable[str] | None = ("verdict", "note", "runner", "data", "took")

    def __init__(
        self, *args: Any, place: CandidateRequirement, source: str = "", **kwargs: Any
    ) -> None:
        wording = place.evaluation.wording
        super().__init__(*args, source=source, wording=wording, **kwargs)
        fields: Any = self.fields
        if not place.evaluation.asks_effort:
            del fields["took"]
        fields["claim"].queryset = Claim.objects.filter(
            candidate=place.candidate, requirement=place.requirement
        )
        current = current_claim(place.candidate, place.requirement)
        if current:
            demanded = demanded_of(place.requirement)
        else:
            demanded = {}
        if lists := answered_values(current, demanded):
            fields["named_values"] = ValuesField(
                lists=lists, label="For which values", required=False
            )
        if source and source != Source.DEMO:
            fields["verdict"].choices = without_blank(
                EvidenceVerdict.choices, EvidenceVerdict.NOT_SHOWN
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "named_values" in self.fields and not any(
            data.get("named_values", {}).values()
        ):
            self.add_error("named_values", "Tick at least one value that was judged.")
        return data


class ShownForm(ProofForm):
    # None of those who do not say which verdict stood.
    seen = forms.Field(required=False, widget=forms.HiddenInput)


def with_undo(sentence: str, verdicts: Any) -> str:
    """The sentence, with a link that takes back the newest of them while it may be."""
    last = verdicts.order_by("recorded_at", "pk").last()
    if last is None or why_not(check_take_back_evidence, last, last.recorded_by):
        return sentence
    address = address_of("take-back-evidence", last)
    return format_html('{} <a href="{}" data-now>Undo</a>', sentence, address)


class JudgesClaim(AboutCandidate[Any]):
    verb = "Record"
    help = (
        "The verdict is kept for good, for exactly this text. A later verdict is a new "
        "one."
    )
    success = "Recorded: {target.requirement}."
    form_class: ClassVar[type[forms.BaseForm]] = ShownForm
    template = "trials/judge.html"
    version_fields: ClassVar[tuple[str, ...]] = ("claim", "seen")
    # Named as what its targets are parts of: a demo or a trial.
    source: ClassVar[Source]

    def current_claim(self, target: Any) -> Claim | None:
        candidate = getattr(target, self.source).candidate
        return current_claim(candidate, target.requirement)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        candidate = getattr(target, self.source).candidate
        place = CandidateRequirement(candidate, target.requirement)
        return {"place": place, "source": self.source}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        current = self.current_claim(target)
        last = target.evidence.standing().order_by("recorded_at").last()
        return {
            "claim": current.pk if current else None,
            "seen": str(last.pk) if last else "",
            "named_values": target.named_values,
            **last_setting(verdicts_in(getattr(target, self.source))),
        }

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {
            **super().context(target, user),
            "claim": self.current_claim(target),
            "requirement": target.requirement,
        }

    def success_message(self, target: Any, outcome: Any) -> str:
        return with_undo(super().success_message(target, outcome), target.evidence)


class TogetherForm(SettingForm):
    """One verdict for many rows, and a note for each must-have among them."""

    rows = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ready: Sequence[JudgeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        musts = [row for row in ready if row.subject.requirement.is_must]
        self.musts = {str(row.subject.pk): row.ref for row in musts}
        for key, ref in self.musts.items():
            self.fields[f"note_{key}"] = text_field(
                f"{ref}, a must-have: what you saw",
                2,
                required=False,
                help_text="Without it, this row stays unjudged.",
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        notes = {key: data.pop(f"note_{key}", "") for key in self.musts}
        return {**data, "rows": data["rows"].split(), "notes": notes}


class JudgesTogether(AboutCandidate[Any]):
    verb = "They hold"
    help = "Give one verdict for all these rows. Undo it until somebody signs."
    form_class: ClassVar[type[forms.BaseForm]] = TogetherForm
    template = "trials/judge_together.html"
    version_fields: ClassVar[tuple[str, ...]] = ("rows",)
    prefill = ("runner", "data")
    target_name = "place"
    service = judge_together
    rule: ClassVar[Rule | None] = check_judge_together

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {
            "wording": self.evaluation(target).wording,
            "source": SUBJECTS[type(target)][0],
            "ready": together(target)[0],
        }

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        ready = [str(row.subject.pk) for row in together(target)[0]]
        ran = last_setting(verdicts_in(target)) or setting_beside(target)
        return {"rows": " ".join(ready), **ran}

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"place": target, **data}

    def context(self, target: Any, user: User) -> dict[str, Any]:
        ready, waiting = together(target)
        return {**super().context(target, user), "ready": ready, "waiting": waiting}

    def success_message(self, target: Any, outcome: Any) -> str:
        ready, waiting = rows_together(target)
        left = [f"{row.ref} (needs a note)" for row in ready]
        left += [f"{row.ref} ({why})" for row, why in waiting]
        if left:
            sentence = f"Recorded. Not judged: {listed(left)}."
        else:
            sentence = "Recorded."
        return with_undo(sentence, verdicts_in(target))


class OnVerdict(AboutCandidate[Evidence]):
    tab = "matrix"
    model = Evidence
    target_name = "evidence"
    related = (
        *("claim__candidate__evaluation__owner", "claim__requirement"),
        *("recorded_by", "criterion", "script_item"),
    )
    heading_format = "{title}: {target.claim.candidate}, {target.claim.requirement}"

    def cancel_url(self, target: Evidence) -> str:
        return cell_address(target.claim)


class TakeBackEvidence(OnVerdict):
    title = "Undo the verdict"
    verb = "Undo"
    help = (
        "What counted before counts again. The verdict stays in the ledger, with your "
        "reason; so do all that you gave with it."
    )
    success = "Undone. What counted before counts again."
    service = take_back_evidence
    form_class = form_of(reason=text_field("Reason", 2, required=False))

    def cancel_url(self, target: Evidence) -> str:
        if target.criterion:
            return reverse("admin:trial", args=[target.criterion.trial_id])
        if target.script_item:
            return reverse("admin:demo", args=[target.script_item.demo_id])
        return super().cancel_url(target)


USUAL_SOURCE = {Stage.DEMOS: Source.DEMO, Stage.TRIALS: Source.TRIAL}


class EvidenceForm(ProofForm):
    source = forms.ChoiceField(label="Where it was found", choices=SOURCE_CHOICES)
    independent = forms.BooleanField(
        label="The source is independent of the vendor",
        required=False,
        initial=True,
        help_text="Only for research. What a vendor publishes proves no more than "
        "its claim does.",
    )
    research_note = NamedChoice(
        ResearchNote.objects.none(),
        attribute="title",
        label="Research note",
        required=False,
        empty_label="None",
    )

    field_order = ("source", "verdict", "runner", "data", "took", "note", "url", "file")

    def __init__(self, *args: Any, place: CandidateRequirement, **kwargs: Any) -> None:
        super().__init__(*args, place=place, **kwargs)
        choice: Any = self.fields["research_note"]
        choice.queryset = ResearchNote.objects.filter(candidate=place.candidate)


class RecordEvidence(OnPlace):
    title = "Record evidence"
    verb = "Record"
    help = JudgesClaim.help
    success = "The evidence is recorded."
    form_class = EvidenceForm
    template = "trials/record_evidence.html"
    prefill = ("source",)
    version_fields = ("claim",)
    service = record_evidence
    rule = partial(check_evidence, source=Source.RESEARCH)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"place": target}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        claim = current_claim(target.candidate, target.requirement)
        return {
            "claim": claim.pk if claim else None,
            "source": USUAL_SOURCE.get(target.evaluation.stage, Source.RESEARCH),
        }

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data)

    def context(self, target: Any, user: User) -> dict[str, Any]:
        claim = current_claim(target.candidate, target.requirement)
        return {**super().context(target, user), "claim": claim}

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The candidate; every requirement is judged alike."""
        return (target.candidate,)


class ReconfirmEvidence(OnVerdict):
    title = "Confirm for the current wording"
    verb = "Confirm the verdict"
    help = (
        "The words changed after this was judged. Confirm that this verdict also "
        "holds for the current wording. If it doesn't, record new evidence."
    )
    success = "Verdict confirmed for the current wording."
    service = reconfirm_evidence
    template = "trials/reconfirm.html"
    form_class = form_of(note=text_field("Why the verdict still holds"))

    def context(self, target: Any, user: User) -> dict[str, Any]:
        claim = target.claim
        current = current_claim(claim.candidate, claim.requirement)
        return {**super().context(target, user), "current": current}


class ResearchForm(AboutRequirement):
    kind = forms.ChoiceField(label="What it is", choices=NoteKind.choices)
    title = forms.CharField(label="Title", max_length=200)
    text = text_field("What it says", 6)
    source_url = link_field("Link to the source")
    source_date = day_field("Date of the source", required=False)

    field_order = ("kind", "title", "text", "source_url", "source_date", "requirement")


class NoteResearch(OnCandidate):
    title = "Note research"
    verb = "Save the note"
    help = "Give its source and date."
    success = "The note is saved."
    form_class = ResearchForm
    prefill = ("requirement",)
    service = note_research

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate", args=[target.pk]) + "#research"


class ExcuseForm(ForValuesForm):
    reason = reason_field(help_text="The memo prints it.")


class ExcuseKnockOut(OnPlace):
    """Lets a candidate go on in spite of a must-have that it does not meet."""

    title = "Excuse the knock-out"
    verb = "Excuse"
    help = (
        "The candidate stays in the choice although it does not meet this must-have. "
        "The memo prints the reason."
    )
    success = "Excused. The memo states the reason."
    template = "vendors/place.html"
    dangerous = True
    form_class = ExcuseForm
    service = excuse_knock_out
    heading_format = "Excuse a must-have that is not met: {target}"

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"lists": demanded_of(target.requirement)}


class WithdrawExcuse(AboutCandidate[Excuse]):
    title = "Withdraw the excuse"
    verb = "Withdraw"
    help = (
        "The must-have knocks the candidate out again, until somebody eliminates it "
        "or excuses it again. The excuse stays on record with both reasons."
    )
    success = "The excuse is withdrawn; the must-have knocks out again."
    tab = "matrix"
    model = Excuse
    target_name = "excuse"
    service = withdraw_excuse
    related = ("candidate__evaluation__owner", "requirement")
    form_class = form_of(
        reason=reason_field(help_text="The memo prints it beside the excuse.")
    )
    dangerous = True
    heading_format = "{title}: {target.candidate}, {target.requirement.ref}"

    def cancel_url(self, target: Any) -> str:
        return cell_address(target)


def evidence_file(request: HttpRequest, evidence_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, under the name that it came with."""
    check_query(request)
    verdicts = Evidence.objects.visible_to(reader(request)).exclude(file="")
    proof = require_row(verdicts.filter(pk=evidence_id).first())
    open_answers(request, proof.claim.candidate.evaluation)
    kind = mimetypes.guess_type(proof.file_name)[0] or "application/octet-stream"
    return attachment(str(proof.file.name), name=proof.file_name, content_type=kind)


site.register_page("evidence/<uuid:evidence_id>/file/", evidence_file, "evidence_file")


SHOWN = 50


@evaluation_page("files", "Files", order=140, group="Record")
def files_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters={"page"})
    user = reader(request)
    open_answers(request, evaluation)
    rows = sorted(file_rows(user, evaluation), key=itemgetter("at"), reverse=True)
    return show(
        request,
        evaluation,
        "trials/files.html",
        page=Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        total=len(rows),
    )


def file_rows(user: User, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Files of answers, of verdicts and of things that `user` may see; a query each."""
    attached: Any = ClaimFile.objects.visible_to(user).in_evaluation(evaluation)
    judged: Any = Evidence.objects.visible_to(user).in_evaluation(evaluation)
    about = ("claim__candidate", "claim__requirement")
    rows = [
        _row("claim_file", file, file.name, "", file.uploaded_at)
        for file in attached.select_related(*about)
    ]
    judged = judged.exclude(file="").select_related(*about, "recorded_by")
    act = address_of("attach-files")
    part = is_participant(user, evaluation)
    rows += [
        {
            **{"id": file.pk, "kind": "attached_file", "by_vendor": False},
            "name": file.name,
            "address": reverse("admin:attached_file", args=[file.pk]),
            "about": file.about,
            "ref": "",
            "page": f"{act}{key_of(file.topic, file.subject_id)}/" if part else "",
            "by": file.uploaded_by.name,
            "at": file.uploaded_at,
        }
        for file in files_of(user, evaluation)
    ]
    return rows + [
        _row(
            "evidence_file",
            evidence,
            evidence.file_name,
            evidence.recorded_by.name,
            evidence.recorded_at,
        )
        for evidence in judged
    ]


def _row(
    page: str, row: ClaimFile | Evidence, name: str, by: str, at: datetime.datetime
) -> dict[str, Any]:
    claim = row.claim
    return {
        **{"id": row.pk, "kind": page},
        "by_vendor": isinstance(row, ClaimFile) and claim.by_vendor,
        "name": name,
        "address": reverse(f"admin:{page}", args=[row.pk]),
        "about": claim.candidate.name,
        "ref": claim.requirement.ref,
        "page": cell_address(claim),
        "by": by or claim.candidate.name,
        "at": at,
    }


@admin.register(ResearchNote, site=site)
class ResearchNoteAdmin(AboutCandidates):
    empty_text = "Notes are written on a candidate's page."
    list_display = ("title", "candidate", "kind", "source_date", "noted_by")
    list_filter = (by("candidate"), by("kind"))
    search_fields = ("title", "text")
    ordering = ("-noted_at",)
    fields = ("candidate", "kind", "title", "text", "source_url", "source_date")


@admin.register(Evidence, site=site)
class EvidenceAdmin(AboutCandidates):
    """Every verdict; a newer one is a new row."""

    candidate_path = "claim__candidate"
    empty_text = "Evidence is recorded in demos, in trials, or on the page of a cell."
    list_display = (
        "source",
        "verdict",
        "candidate",
        "claim",
        "runner",
        "data",
        "recorded_by",
        "recorded_at",
    )
    list_filter = (by("source"), by("verdict"), by("runner"), by("data"))
    search_fields = ("note",)
    ordering = ("-recorded_at",)
    fields = (
        *("claim", "source", "verdict", "runner", "data", "named_values"),
        *("note", "url", "recorded_by", "recorded_at"),
    )

    @admin.display(description="candidate")
    def candidate(self, row: Evidence) -> Candidate:
        return row.claim.candidate

    def page_of(self, row: Evidence) -> str:
        return cell_address(row.claim)


def proofs(reader: SearchScope) -> QuerySet[Evidence]:
    rows: QuerySet[Evidence] = Evidence.objects.visible_to(reader.user)
    with_file = rows.exclude(file_name="")
    return readable(with_file, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


register_search(
    Search(
        kind="proofs",
        title="Files of evidence",
        order=80,
        icon="draft",
        rows=proofs,
        columns=("file_name",),
        closest="file_name",
        label=lambda row: row.file_name,
        address=lambda row: cell_address(row.claim),
        beneath=lambda row: (
            f"{row.get_source_display()} of {cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)


def attached(reader: SearchScope) -> QuerySet[AttachedFile]:
    rows: QuerySet[AttachedFile] = AttachedFile.objects.visible_to(reader.user).kept()
    unasked = to_declare(reader.user).values_list("evaluation", flat=True)
    return rows.exclude(evaluation__in=list(unasked)).select_related("evaluation")


register_search(
    Search(
        kind="attached",
        title="Attached files",
        order=85,
        icon="attach_file",
        rows=attached,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: reverse("admin:attached_file", args=[row.pk]),
        beneath=lambda row: f"{row.about} · {row.evaluation}",
        evaluation_path="evaluation",
    )
)
