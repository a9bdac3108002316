"""The stakeholders as rows: who has a say, in which role, and who scores."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.pages.acts import address_of, remind_address
from evaltracker.pages.base import HardenedAdmin, by
from evaltracker.pages.fields import OfferingForm, ReasonForm, day_field
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from evaltracker.pages.search import Search, SearchScope, register_search
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    evaluation_page,
    page_address,
    show,
)
from stakeholders.models import (
    Condition,
    Delegation,
    RoleWeight,
    SignOff,
    Stakeholder,
    role_names,
    with_names,
)
from stakeholders.policy import lendings, voices
from stakeholders.selectors import lending_warnings, open_conditions, role_choices
from stakeholders.services.people import (
    add_stakeholder,
    change_stakeholder,
    delegate,
    remove_stakeholder,
    revoke_delegation,
)


def colleagues(*, but: User) -> QuerySet[User]:
    """Active people who can sign in here and may have a say, without one of them."""
    staff: QuerySet[User] = User.objects.filter(
        is_active=True, is_staff=True, is_superuser=False
    )
    others = staff.exclude(pk=but.pk).prefetch_related("groups")
    return others.order_by("last_name", "first_name", "username")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        """“Dana Ops (dana), DevOps”, since two may share a name."""
        username = obj.get_username()
        if obj.name == username:
            label = obj.name
        else:
            label = f"{obj.name} ({username})"
        return ", ".join([label, *(group.name for group in obj.groups.all())])


class AddStakeholderForm(OfferingForm):
    user = PersonField(
        User.objects.none(),
        label="Person",
        help_text="Not listed? They have no login yet. Invite them or ask an operator.",
    )
    role = forms.ChoiceField(
        required=False, help_text="Choose a role if this person has several or none."
    )
    scores = forms.BooleanField(
        required=False,
        label="Scores candidates",
        help_text="Gives 0–5 per category in the demos stage, blind to the others.",
    )
    offers: ClassVar = {
        "user": lambda about: colleagues(but=about.owner),
        "role": lambda about: [("", "their role in the company"), *role_choices(about)],
    }


class AddStakeholder(OnEvaluation):
    title = "Add a stakeholder"
    verb = "Add"
    again_verb = "Add and start another"
    help = "They can now see this evaluation. Add a person once for each role."
    success = "The stakeholder is added."
    form_class = AddStakeholderForm
    tab = "stakeholders"
    prefill = ("role",)
    service = add_stakeholder


class OnPart(InEvaluation[Stakeholder]):
    tab = "stakeholders"
    model = Stakeholder
    target_name = "stakeholder"


class RemoveStakeholder(OnPart):
    title = "Remove from this role"
    verb = "Remove from this role"
    help = (
        "Their signatures and scores stay on record. Without any part they no longer "
        "see this evaluation."
    )
    success = "Removed from this role."
    form_class = ReasonForm
    dangerous = True
    service = remove_stakeholder

    def heading(self, target: Stakeholder) -> str:
        return f"Remove {target.user} from {target.get_role_display()}"


class LendForm(OfferingForm):
    substitute = PersonField(User.objects.none(), label="Substitute")
    starts_on = day_field(label="From")
    ends_on = day_field(label="To", help_text="This day included.")
    anyway = forms.BooleanField(required=False)
    offers: ClassVar = {
        "substitute": lambda about: colleagues(but=about.user).exclude(
            pk=about.evaluation.owner_id
        )
    }

    def __init__(self, *args: Any, about: Stakeholder, **kwargs: Any) -> None:
        """Say beforehand who signs already, and ask for a tick only if it is needed."""
        super().__init__(*args, about=about, **kwargs)
        fields: Any = self.fields
        parts = voices().filter(evaluation=about.evaluation).exclude(user=about.user)
        people = {part.user for part in parts.select_related("user")}
        people |= {row.substitute for row in lendings(about.evaluation)}
        warnings = lending_warnings(about, people - {about.user}).values()
        sentences = sorted(text for text, _ in warnings if text)
        fields["substitute"].help_text = " ".join(sentences)
        fields[
            "anyway"
        ].label = f"Lend it anyway; {about.user.name} may have to sign in person"
        if not any(is_short for _, is_short in warnings):
            del fields["anyway"]


class LendPart(OnPart):
    title = "Name a substitute"
    verb = "Name the substitute"
    help = (
        "Between these days they may sign for you; both names appear on the sign-off. "
        "They cannot pass it on."
    )
    success = "The substitute is named."
    form_class = LendForm
    service = delegate

    def heading(self, target: Stakeholder) -> str:
        return f"Name a substitute as {target.get_role_display()}"


class RevokeLending(InEvaluation[Delegation]):
    title = "End the substitution"
    verb = "End it now"
    help = "From this moment the substitute no longer signs."
    success = "The substitution is ended."
    tab = "stakeholders"
    model = Delegation
    target_name = "delegation"
    service = revoke_delegation
    dangerous = True
    heading_format = "End the substitution by {target.substitute}"

    def allowed(self, user: User, target: Delegation) -> bool:
        part = target.stakeholder
        return user.is_active and user.pk in (part.user_id, part.evaluation.owner_id)


@admin.register(Stakeholder, site=site)
class StakeholderAdmin(HardenedAdmin):
    empty_text = (
        "Nobody has a part yet. Open an evaluation and add its stakeholders there."
    )
    list_display = ("user", "called", "evaluation", "scores", "left_at")
    list_filter = (by("role"), by("evaluation"), by("scores"))
    ordering = ("evaluation_id", "user_id", "role")
    fields = ("evaluation", "user", "called", "scores", "left_at")

    @admin.display(description="role", ordering="role")
    def called(self, row: Stakeholder) -> str:
        return row.get_role_display()

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_names(super().get_queryset(request))

    def page_of(self, row: Stakeholder) -> str:
        return page_address(row.evaluation, "stakeholders", f"part-{row.pk}")


@admin.register(SignOff, site=site)
class SignOffAdmin(HardenedAdmin):
    empty_text = "Nobody has signed yet. Who must sign is set on the Stakeholders page."
    list_display = ("signed_at", "printed_name", "called", "verdict", "evaluation")
    list_filter = (by("verdict"), by("role"))
    search_fields = ("printed_name", "reason")
    ordering = ("-signed_at",)
    fields = (
        "visit",
        "round",
        "printed_name",
        "on_behalf_of",
        "called",
        "meaning",
        "verdict",
        "reason",
        "signed_at",
        "zone",
        "document",
    )

    @admin.display(description="evaluation")
    def evaluation(self, row: SignOff) -> str:
        return str(row.visit.evaluation)

    @admin.display(description="role", ordering="role")
    def called(self, row: SignOff) -> str:
        return row.get_role_display()


@admin.register(Condition, site=site)
class ConditionAdmin(HardenedAdmin):
    empty_text = "No conditional approvals."
    list_display = ("text", "owner", "due_on", "closed_at")
    search_fields = ("text",)
    fields = ("text", "owner", "due_on", "closed_at", "closed_by", "closing_note")


@dataclass(slots=True)
class PartRow:
    part: Stakeholder
    is_mine: bool
    lendings: list[Delegation]
    owes: list[str]


@evaluation_page("stakeholders", "Stakeholders", order=30, group="People")
def people(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    lent = substitutes(evaluation)
    debts = debts_of(evaluation)
    for lending in itertools.chain(*lent.values()):
        lending.stakeholder.evaluation = evaluation
    everybody = Stakeholder.objects.filter(evaluation=evaluation).select_related("user")
    rows = [
        PartRow(part, part.user_id == user.pk, lent.get(part.pk, []), debts(part))
        for part in everybody.filter(left_at__isnull=True)
    ]
    order = list(role_names(evaluation))
    rows.sort(key=lambda row: order.index(row.part.role))
    return show(
        request,
        evaluation,
        "stakeholders/people.html",
        rows=rows,
        left=everybody.filter(left_at__isnull=False),
        may_write=is_owner(user, evaluation) and evaluation.is_open,
    )


def debts_of(evaluation: Evaluation) -> Callable[[Stakeholder], list[str]]:
    if not evaluation.is_open:
        return lambda part: []
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    rules = evaluation.sign_off_rules.filter(stage=evaluation.stage)
    roles = set(rules.values_list("role", flat=True))
    sign_offs = SignOff.objects.filter(visit=visit, round=visit.round)
    signed = {
        (person, role)
        for *people, role in sign_offs.values_list("person", "on_behalf_of", "role")
        for person in people
    }
    weighed = set(evaluation.role_weights.values_list("role", flat=True))
    conditions = list(open_conditions(evaluation).values_list("owner", flat=True))

    def debts(part: Stakeholder) -> list[str]:
        debts = []
        if part.role in roles and (part.user_id, part.role) not in signed:
            debts.append("a sign-off on this stage")
        if evaluation.stage == Stage.REQUIREMENTS and part.role not in weighed:
            debts.append("their role's weights")
        number = conditions.count(part.user_id)
        if number:
            debts.append(f"{number} open condition{'s' if number > 1 else ''}")
        return debts

    return debts


SAVES = Saves(change_stakeholder, "stakeholder")


def beside_person(row: Stakeholder) -> str:
    if row.user.is_superuser:
        return "operator: has no say"
    if row.user.is_active:
        return ""
    return "cannot sign in"


@register_grid
class StakeholdersGrid(Grid[Evaluation, Stakeholder]):
    name = "stakeholders"
    title = "Stakeholders"
    related = ("owner",)
    anchor = "part"
    noun = "stakeholder"
    row_acts = ("remove-stakeholder",)
    first_column = "user"
    adding = check_owned

    def columns(self, subject: Evaluation, user: User) -> Sequence[GridColumn]:
        fields: Any = AddStakeholderForm(about=subject).fields
        fields["role"].choices = [("", ""), *role_names(subject).items()]
        closed = str(why_not(check_owned, subject, user) or "")
        debts = debts_of(subject)
        lent = substitutes(subject)
        return (
            GridColumn(
                "user",
                "Person",
                fields["user"],
                read=lambda row: row.user_id,
                named=lambda row: row.user.name,
                aside=beside_person,
                width=20,
            ),
            GridColumn("role", "Role", fields["role"], SAVES, closed=closed, width=12),
            GridColumn(
                "scores",
                "Scores",
                fields["scores"],
                SAVES,
                closed=closed,
                for_many=True,
            ),
            GridColumn(
                "owes",
                "Still to do",
                read=lambda row: ", ".join(debts(row)) or "nothing",
                width=20,
            ),
            GridColumn(
                "substitute",
                "Substitute",
                read=lambda row: _lendings(lent.get(row.pk, ())),
                width=20,
            ),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Stakeholder]:
        rows: QuerySet[Stakeholder] = Stakeholder.objects.visible_to(user).filter(
            evaluation=subject, left_at__isnull=True
        )
        weights = RoleWeight.objects.filter(evaluation=subject, role=OuterRef("role"))
        rows = rows.annotate(is_weighed=Exists(weights))
        return rows.select_related("user", "evaluation")

    def name_of(self, row: Stakeholder) -> str:
        return f"{row.user.name}, {row.get_role_display()}"

    def links(self, row: Stakeholder, user: User) -> Iterable[tuple[str, str]]:
        evaluation = row.evaluation
        if is_owner(user, evaluation) and evaluation.is_open:
            yield "End", address_of("remove-stakeholder", row)
            waits = evaluation.stage == Stage.REQUIREMENTS
            if waits and not getattr(row, "is_weighed", True):
                yield "Remind", remind_address("weights", evaluation, row.user)

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Stakeholder:
        if not values.get("user"):
            raise Invalid("Choose a person.", field="user")
        return add_stakeholder(
            evaluation=subject,
            user=values["user"],
            role=values.get("role") or "",
            scores=bool(values.get("scores")),
            by=by,
        )


def substitutes(evaluation: Evaluation) -> dict[Any, list[Delegation]]:
    by_part: dict[Any, list[Delegation]] = {}
    for lending in lendings(evaluation):
        by_part.setdefault(lending.stakeholder_id, []).append(lending)
    return by_part


def _lendings(delegations: Iterable[Delegation]) -> str:
    periods = [
        f"{row.substitute.name}, {row.starts_on:%-d %b} – {row.ends_on:%-d %b %Y}"
        for row in delegations
    ]
    return "\n".join(periods) or "nobody"


def searches_people(reader: SearchScope) -> QuerySet[User]:
    """Owners and stakeholders, each with the newest of the places they have there.

    Nobody else is found: to everybody but who adds people, other logins do not exist.
    """
    seen: QuerySet[Evaluation] = Evaluation.objects.visible_to(reader.user).real()
    all_parts: QuerySet[Stakeholder] = Stakeholder.objects.visible_to(reader.user)
    parts = all_parts.filter(left_at__isnull=True)
    with_part = parts.order_by().values("user")
    owners = seen.order_by().values("owner")
    newest = "-evaluation__created_at"
    rows: QuerySet[User] = User.objects.filter(Q(pk__in=with_part) | Q(pk__in=owners))
    users: QuerySet[User] = rows.prefetch_related(
        Prefetch(
            "parts",
            queryset=parts.select_related("evaluation").order_by(newest)[:1],
            to_attr="newest_part",
        ),
        Prefetch(
            "owned_evaluations",
            queryset=seen.order_by("-created_at")[:1],
            to_attr="newest_owned",
        ),
    )
    return users


def address(person: User) -> str:
    part, owned = _places(person)
    if part is not None:
        return site.address_of(part)
    if owned is not None:
        return page_address(owned, "stakeholders")
    return ""


def beneath(person: User) -> str:
    part, owned = _places(person)
    if part is not None:
        return f"{part.get_role_display()} in {part.evaluation}"
    if owned is not None:
        return f"Runs {owned}"
    return ""


def _places(person: User) -> tuple[Stakeholder | None, Evaluation | None]:
    parts: list[Stakeholder] = getattr(person, "newest_part", [])
    owned: list[Evaluation] = getattr(person, "newest_owned", [])
    return next(iter(parts), None), next(iter(owned), None)


register_search(
    Search(
        kind="people",
        title="People",
        order=50,
        icon="groups",
        rows=searches_people,
        columns=("first_name", "last_name", "username"),
        closest="last_name",
        label=lambda row: row.name,
        address=address,
        beneath=beneath,
    )
)
