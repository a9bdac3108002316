"""One score of one's own, given with the evidence beside it, or taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import Rule, register_act
from evaltracker.pages.fields import long_text, reason_field
from evaltracker.pages.workspace import OnEvaluation
from evaltracker.toolbox.measures import written
from stakeholders.models import Stakeholder
from trials.admin.matrix import SCALE, Sheet, SheetCell, SheetForm, sheet_of
from trials.models import DemoNote, Excuse, Score, Settlement
from trials.scoring import TOP_SCORE, spread
from trials.selectors import counted_scores
from trials.selectors.buy_in import category_evidence
from trials.services.agreements import (
    MEANING_LIMIT,
    excuse_knock_out,
    withdraw_excuse,
    word_scale,
)
from trials.services.scores import (
    check_give_score,
    check_give_scores,
    check_withdraw_score,
    close_scores,
    give_score,
    lock_scores,
    open_consensus,
    settle_score,
    withdraw_score,
)
from vendors.admin.base import AboutCandidate, OnPlace, cell_address
from vendors.candidates import ForValuesForm
from vendors.models import Candidate
from vendors.selectors.answer_counts import reads_answers
from vendors.selectors.rivals import demanded_of

# The meeting: opening everybody's scores, settling what is apart, closing.


@register_act
class OpenConsensus(OnEvaluation):
    """Opens everybody's scores for the meeting."""

    title = "Open the consensus"
    verb = "Open all scores"
    help = (
        "Every sheet is locked as it stands, also of those who have not finished, and "
        "everybody with a part reads all scores. There is no way back."
    )
    success = "All scores are open."
    tab = "scores"
    dangerous = True
    service = open_consensus


class OutcomeForm(forms.Form):
    """What the meeting came to."""

    outcome = forms.CharField(
        label="What the meeting came to",
        widget=long_text(6),
        help_text="The memo prints it. The scores stay as they were given.",
    )


@dataclass(frozen=True, slots=True)
class ScoredCell:
    """One candidate in one category; its `pk` stands in addresses."""

    candidate: Candidate
    category: Category

    @property
    def pk(self) -> str:
        """Both ids in one."""
        return f"{self.candidate.pk}.{self.category.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.candidate.evaluation

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"


HALVES = [(f"{half / 2:g}", f"{half / 2:g}") for half in range(2 * TOP_SCORE + 1)]


class SettleForm(forms.Form):
    """A whole or a half point, and why."""

    value = forms.TypedChoiceField(
        label="What the meeting settled on",
        choices=HALVES,
        coerce=Decimal,
    )
    reason = reason_field(help_text="The memo prints it. What people gave stays.")


@register_act
class SettleScore(AboutCandidate[ScoredCell]):
    """What counts where people were far apart."""

    title = "Settle"
    verb = "Settle"
    help = (
        "It starts at the median, and counts in its place. What people gave stays as "
        "they gave it, beside it."
    )
    success = "It is settled."
    tab = "scores"
    form_class = SettleForm
    service = settle_score

    def load(self, user: User, target_id: str) -> ScoredCell:
        """The cell, if both exist, belong together and the reader may see them."""
        try:
            candidate_id, category_id = (UUID(part) for part in target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
        candidate = rows.filter(pk=candidate_id).first()
        if candidate is None:
            raise NotFound
        category = candidate.evaluation.categories.filter(pk=category_id).first()
        if category is None:
            raise NotFound
        return ScoredCell(candidate, category)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What was settled, else the median of the scores that count."""
        about = {"candidate": target.candidate, "category": target.category}
        settled = Settlement.objects.filter(**about).first()
        if settled is not None:
            return {"value": written(settled.value), "reason": settled.reason}
        given = Score.objects.visible_to(user).filter(
            pk__in=counted_scores(target.candidate.evaluation), **about
        )
        median = spread(given.values_list("value", flat=True)).median
        return {} if median is None else {"value": f"{float(median):g}"}

    def arguments(self, target: ScoredCell, data: Mapping[str, Any]) -> dict[str, Any]:
        """The two that make the cell."""
        return {
            "evaluation": target.candidate.evaluation,
            "candidate": target.candidate,
            "category": target.category,
            **data,
        }

    def judged(self, target: ScoredCell) -> tuple[Any, ...]:
        """The two that make the cell."""
        return target.candidate, target.category


@register_act
class CloseScores(OnEvaluation, AboutCandidate[Evaluation]):
    """Ends the consensus with its outcome."""

    title = "Close the scores"
    verb = "Close"
    success = "Scores are closed."
    tab = "scores"
    form_class = OutcomeForm
    service = close_scores


# Excusing a knock-out, and withdrawing the excuse.


class ExcuseForm(ForValuesForm):
    reason = reason_field(help_text="The memo prints it.")


@register_act
class ExcuseKnockOut(OnPlace):
    """Lets a candidate go on in spite of a must-have that it does not meet."""

    title = "Excuse the knock-out"
    verb = "Excuse"
    help = (
        "The candidate stays in the choice although it does not meet this must-have. "
        "The memo prints the reason."
    )
    success = "It is excused; the memo will say why."
    template = "vendors/place.html"
    dangerous = True
    form_class = ExcuseForm
    service = excuse_knock_out

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The values that are demanded."""
        return {"lists": demanded_of(target.requirement)}

    def heading(self, target: Any) -> str:
        return f"Excuse a must-have that is not met: {target}"


class WithdrawForm(forms.Form):
    """Why it counts no longer."""

    reason = reason_field(help_text="The memo prints it beside the excuse.")


@register_act
class WithdrawExcuse(AboutCandidate[Excuse]):
    """Lets a knock-out knock out again."""

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
    form_class = WithdrawForm
    dangerous = True

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.candidate}, {target.requirement.ref}"

    def cancel_url(self, target: Any) -> str:
        """The page of the cell."""
        return cell_address(target)


# The words for the scores 0 to 5.

FIELDS = [f"score_{value}" for value in range(TOP_SCORE + 1)]
EXAMPLES = {0: "E.g. not usable.", TOP_SCORE: "E.g. better than we asked for."}


class ScaleForm(forms.Form):
    """One meaning for each score."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, name in enumerate(FIELDS):
            self.fields[name] = forms.CharField(
                label=f"{value} means",
                required=False,
                max_length=MEANING_LIMIT,
                help_text=EXAMPLES.get(value, ""),
            )


@register_act
class WordScale(OnEvaluation):
    """Says what each score means."""

    title = "Words for the scale"
    verb = "Save"
    help = (
        "They stand beside the scores and in the memo; how scores count stays the "
        "same. They cannot change once a score is given."
    )
    success = "The words are saved."
    form_class = ScaleForm
    tab = "scores"
    service = word_scale

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return dict(zip(FIELDS, target.scale, strict=False))

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """The six meanings, in order."""
        return {"evaluation": target, "meanings": [data[name] for name in FIELDS]}


# From one score to the next, without going back to a list.


@dataclass(frozen=True, slots=True)
class Way:
    """The scores before and after one, and the next that is still to give.

    `given` is what stands of this one.
    """

    given: SheetCell | None
    before: SheetCell | None
    after: SheetCell | None
    to_give: SheetCell | None


def way_through(sheet: Sheet, key: str) -> Way:
    """The way on from the score of that key: candidate by candidate in a category,
    then the next category; from the last that is to give, back to one left out."""
    cells = sheet.to_give
    at = next((number for number, cell in enumerate(cells) if cell.pk == key), None)
    if at is None:
        return Way(None, None, None, sheet.begin)
    onwards = [*cells[at + 1 :], *cells[:at]]
    return Way(
        cells[at],
        cells[at - 1] if at else None,
        cells[at + 1] if at + 1 < len(cells) else None,
        next((cell for cell in onwards if cell.given is None), None),
    )


@dataclass(frozen=True, slots=True)
class OwnCell:
    """What a part scores: one candidate in one category; `pk` stands in addresses."""

    part: Stakeholder
    candidate: Candidate
    category: Category

    @property
    def pk(self) -> str:
        """The three ids in one."""
        return f"{self.part.pk}.{self.candidate.pk}.{self.category.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.part.evaluation

    def given(self) -> Score | None:
        """The score that stands."""
        rows = Score.objects.filter(sheet__stakeholder=self.part)
        return rows.filter(candidate=self.candidate, category=self.category).first()

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"


class OnOwnCell(AboutCandidate[OwnCell]):
    """An act on one score of one's own sheet."""

    tab = "scores"

    def load(self, user: User, target_id: str) -> OwnCell:
        """The cell, if all three exist, belong together and the reader may see them."""
        try:
            part_id, candidate_id, category_id = map(UUID, target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        parts = Stakeholder.objects.visible_to(user).filter(pk=part_id)
        part = parts.select_related("evaluation__owner", "user").first()
        if part is None:
            raise NotFound
        candidate = part.evaluation.candidates.filter(pk=candidate_id).first()
        category = part.evaluation.categories.filter(pk=category_id).first()
        if candidate is None or category is None:
            raise NotFound
        candidate.evaluation = part.evaluation
        return OwnCell(part, candidate, category)

    def arguments(self, target: OwnCell, data: Mapping[str, Any]) -> dict[str, Any]:
        """Whose score of what."""
        return {
            "stakeholder": target.part,
            "candidate": target.candidate,
            "category": target.category,
            **data,
        }


class ScoreForm(forms.Form):
    """0 to 5, and why."""

    value = forms.TypedChoiceField(
        label="Score",
        choices=SCALE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a score from 0 to 5."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=5000,
        widget=long_text(3),
        error_messages={"required": "Say why you give this score."},
    )


@register_act
class GiveScore(OnOwnCell):
    """Saves one score, with what was asked, answered, shown and tested beside it."""

    title = "Score"
    verb = "Save"
    success = "Your score is saved."
    form_class = ScoreForm
    template = "trials/score.html"
    in_dialog = False
    service = give_score
    rule: ClassVar[Rule | None] = check_give_score

    def heading(self, target: OwnCell) -> str:
        return str(target)

    def crumb(self, target: OwnCell) -> str:
        return str(target)

    def judged(self, target: OwnCell) -> tuple[Any, ...]:
        """The part, and the candidate that it scores."""
        return target.part, target.candidate

    def initial(self, target: OwnCell, user: User) -> dict[str, Any]:
        """What was given so far."""
        given = target.given()
        return {"value": given.value, "reason": given.reason} if given else {}

    def context(self, target: OwnCell, user: User) -> dict[str, Any]:
        """The evidence, one's own notes, and the way to the next score."""
        sheet = sheet_of(target.part)
        candidate, category = target.candidate, target.category
        notes = DemoNote.objects.filter(author=user, demo__candidate=candidate)
        may_read = reads_answers(user, target.evaluation)
        return {
            **super().context(target, user),
            "cell": target,
            "sheet": sheet,
            "way": way_through(sheet, target.pk),
            "choices": choices_of(sheet.meanings),
            "may_read": may_read,
            "asked": category_evidence(candidate, category) if may_read else [],
            "notes": notes.select_related("demo").order_by("written_at"),
        }


@register_act
class WithdrawScore(OnOwnCell):
    """Takes one score back to *not scored*."""

    title = "Take the score back"
    verb = "Take back"
    help = "It counts as not scored, which is not 0."
    success = "The score is taken back."
    service = withdraw_score
    rule: ClassVar[Rule | None] = check_withdraw_score

    def judged(self, target: OwnCell) -> tuple[Any, ...]:
        """Whose score of what."""
        return target.part, target.candidate, target.category


def choices_of(meanings: Sequence[str]) -> list[tuple[str, str]]:
    """Each score with what it means; without words, what its ends are."""
    if meanings:
        return [(value, meanings[int(value)]) for value, _ in SCALE]
    ends = {SCALE[0][0]: "worst", SCALE[-1][0]: "best"}
    return [(value, ends.get(value, "")) for value, _ in SCALE]


# Giving one's own scores, taking them back, and locking them.


class OwnSheet(AboutCandidate[Stakeholder]):
    """An act on one's own score sheet; `target` is one's own part."""

    tab = "scores"
    model = Stakeholder
    rule: ClassVar[Rule | None] = check_give_scores
    target_name = "stakeholder"
    related = ("evaluation__owner", "user")

    def heading(self, target: Any) -> str:
        return f"{self.title}, as {target.get_role_display()}"


@register_act
class GiveScores(OwnSheet):
    """Saves one's own scores, until they are locked."""

    title = "Your scores"
    verb = "Save"
    help = (
        "0 is the worst, 5 the best, each with a reason. “Not scored” is not 0, and "
        "you can go back to it until you lock. Nobody reads your scores before that."
    )
    success = "Your scores are saved. Lock them when you are sure."
    form_class = SheetForm
    template = "trials/sheet.html"
    in_dialog = False

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """What is scored, and what was given."""
        return {"sheet": sheet_of(target)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Save what was given or taken back; the same, or nothing, changes nothing."""
        check_give_scores(target, by)
        for cell in sheet_of(target).cells:
            if cell.value_name not in data:
                continue
            value = data[cell.value_name]
            about: dict[str, Any] = {
                "candidate": cell.candidate,
                "category": cell.category,
                "by": by,
            }
            if value in (None, ""):
                if cell.given:
                    withdraw_score(stakeholder=target, **about)
                continue
            give_score(
                stakeholder=target,
                value=int(value),
                reason=data[cell.reason_name],
                **about,
            )


@register_act
class LockScores(OwnSheet):
    """Makes one's own scores final."""

    title = "Lock your scores"
    verb = "Lock for good"
    help = (
        "They can never change afterwards, and in return you see the others' scores. "
        "There is no way back."
    )
    success = "Your scores are locked."
    template = "trials/lock.html"
    dangerous = True
    service = lock_scores

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """How much of the sheet is filled."""
        return {**super().context(target, user), "sheet": sheet_of(target)}
