"""Who has a say, and who signed."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.apps.registry import Apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import (
    PROTECT,
    CheckConstraint,
    F,
    ForeignKey,
    Index,
    OuterRef,
    Q,
    Subquery,
    UniqueConstraint,
)
from django.db.models.functions import Lower
from django.utils import timezone

from evaltracker.evaluations.choices import Stage, known
from evaltracker.evaluations.models import (
    Category,
    CommittedRecord,
    Entry,
    Evaluation,
    SealedRecord,
    User,
    Visit,
)
from evaltracker.toolbox.registry import read_once


class Role(models.TextChoices):
    """What somebody answers for in an evaluation."""

    IT = "it", "IT"
    ENGINEERING = "engineering", "Engineering"
    DEVOPS = "devops", "DevOps"
    PM = "pm", "PM"
    LEADERSHIP = "leadership", "Leadership"
    SECURITY = "security", "Security"
    LEGAL = "legal", "Legal"
    FINANCE = "finance", "Finance"


class RoleName(CommittedRecord):
    """What an evaluation calls a role, in the order of its lists; see `role_names`."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="role_names")
    role = models.CharField(max_length=12, choices=Role.choices)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = [
            UniqueConstraint(fields=("evaluation", "role"), name="role_named_once"),
            UniqueConstraint("evaluation", Lower("name"), name="role_name_once"),
            known("role", Role, "role_name_known"),
            CheckConstraint(condition=~Q(name=""), name="role_name_said"),
        ]


def given_names(evaluation: Evaluation | UUID) -> dict[str, str]:
    """By role what an evaluation calls it itself, in its order."""
    if isinstance(evaluation, UUID):
        key = evaluation
    else:
        key = evaluation.pk
    rows = RoleName.objects.filter(evaluation=key).values_list("role", "name")
    return read_once(("role names", key), lambda: dict(rows))


def role_names(evaluation: Evaluation | UUID) -> dict[str, str]:
    """By role what it is called in an evaluation: first those that it names, in its
    order, then the others by their usual names."""
    given = given_names(evaluation)
    usual = {role.value: str(role.label) for role in Role}
    return given | {role: name for role, name in usual.items() if role not in given}


def called_then(row: "SignOff") -> str:
    return row.role_name or str(Role(row.role).label)


def with_names(rows: Any) -> Any:
    """The same rows, each with what its evaluation calls its role."""
    names = RoleName.objects.filter(
        evaluation=OuterRef("evaluation"), role=OuterRef("role")
    )
    return rows.annotate(called=Subquery(names.order_by().values("name")))


def called_here(row: Any) -> str:
    if "called" in row.__dict__:
        return row.called or str(Role(row.role).label)
    return role_names(row.evaluation_id)[row.role]


class Verdict(models.TextChoices):
    """What a sign-off says."""

    APPROVE = "approve", "Approve"
    CONDITIONS = "conditions", "Conditional approval"
    DECLINE = "decline", "Decline"
    RETURN = "return", "Return for changes"


APPROVALS = (Verdict.APPROVE, Verdict.CONDITIONS)


class Stakeholder(CommittedRecord):
    """A person with a role in an evaluation; two roles are two rows."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="stakeholders")
    user = ForeignKey(User, PROTECT, related_name="parts")
    role = models.CharField(max_length=12, choices=Role.choices)
    get_role_display = called_here
    scores = models.BooleanField(
        default=False, help_text="Whether this person scores candidates."
    )
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("role", "user__last_name", "user__username")
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "user", "role"), name="stakeholder_role_once"
            ),
            known("role", Role, "stakeholder_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Delegation(CommittedRecord):
    """A dated substitution: `substitute` may act for `stakeholder`."""

    evaluation_path: ClassVar[str] = "stakeholder__evaluation"

    stakeholder = ForeignKey(Stakeholder, PROTECT, related_name="delegations")
    substitute = ForeignKey(User, PROTECT, related_name="substitutions")
    starts_on = models.DateField()
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
            )
        ]


class RoleWeight(SealedRecord):
    """What a category weighs for one role, said before any vendor is seen."""

    since: ClassVar[int] = 1

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="role_weights")
    role = models.CharField(max_length=12, choices=Role.choices)
    get_role_display = called_here
    category = ForeignKey(Category, PROTECT, related_name="role_weights")
    weight = models.PositiveSmallIntegerField(validators=[MaxValueValidator(10)])
    set_by = ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=("role", "category"), name="role_weight_once"),
            CheckConstraint(condition=Q(weight__lte=10), name="role_weight_to_10"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.weight}"


# Who must sign, who signed, and which words.


class SignOffRule(CommittedRecord):
    """So many of a role must approve before a stage may be left."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="sign_off_rules")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    role = models.CharField(max_length=12, choices=Role.choices)
    get_role_display = called_here
    required = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="How many people of this role must approve.",
    )

    class Meta:
        ordering = ("evaluation", "stage", "role")
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "stage", "role"), name="sign_off_rule_once"
            ),
            CheckConstraint(
                condition=Q(required__gte=1), name="sign_off_rule_asks_somebody"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.required} of {self.get_role_display()}, {self.get_stage_display()}"
        )


WORDS_ALTERED = (
    "These words were altered after they were signed: their fingerprint is not the one "
    "in the journal. Ask an operator to restore them from a backup."
)


def digest_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


class SignedDocument(CommittedRecord):
    """The exact words that somebody was shown, kept once per digest."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="signed_documents")
    sha256 = models.CharField(max_length=64)
    content = models.TextField(help_text="Canonical text of what was shown.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "sha256"), name="signed_document_once"
            )
        ]

    def __str__(self) -> str:
        return f"Document {self.sha256[:8]}"

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        rows = cls.objects.in_evaluation(evaluation).order_by("pk")
        return (
            (document.pk, "content")
            for document in altered(rows.iterator(chunk_size=20))
        )


def altered(documents: Iterable[SignedDocument]) -> Iterator[SignedDocument]:
    """Those, of one evaluation, for which the digest of their words, the digest kept
    with them and that of the journal's entry are not all the same."""
    signed: set[str] | None = None
    for document in documents:
        if signed is None:
            entries = Entry.objects.filter(
                evaluation=document.evaluation_id, action="sign_off.given"
            )
            signed = set(entries.values_list("after__document", flat=True))
        if not digest_of(document.content) == document.sha256 in signed:
            yield document


SIGNED = (
    *("visit", "round", "rule", "person", "on_behalf_of", "requester"),
    *("verdict", "reason", "document", "printed_name", "role", "meaning"),
    *("signed_at", "zone", "session", "address"),
)


class SignOff(SealedRecord):
    """One person's immutable verdict on one visit, bound to what was shown."""

    evaluation_path: ClassVar[str] = "visit__evaluation"
    committed: ClassVar = {1: SIGNED, 2: (*SIGNED, "role_name")}
    only_grows: ClassVar[bool] = True

    visit = ForeignKey(Visit, PROTECT, related_name="sign_offs")
    round = models.PositiveIntegerField(default=1)
    rule = ForeignKey(SignOffRule, PROTECT, related_name="sign_offs")
    person = ForeignKey(User, PROTECT, related_name="sign_offs")
    on_behalf_of = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    requester = ForeignKey(User, PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    document = ForeignKey(SignedDocument, PROTECT, related_name="sign_offs")
    printed_name = models.CharField(max_length=200)
    role = models.CharField(max_length=12, choices=Role.choices)
    get_role_display = called_then
    # What the role was called then; blank of before roles had names.
    role_name = models.CharField(
        max_length=40, blank=True, db_default="", default="", editable=False
    )
    meaning = models.CharField(max_length=300)
    signed_at = models.DateTimeField(default=timezone.now)
    zone = models.CharField(max_length=64, default="UTC")
    # Where the click came from; for whoever signed and for the owner (R29).
    session = models.CharField(
        max_length=16, blank=True, help_text="Tells one login from another."
    )
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ("signed_at",)
        indexes = [Index(fields=("signed_at", "id"), name="sign_off_in_lists")]
        constraints = [
            UniqueConstraint(
                fields=("visit", "round", "rule", "person", "document"),
                name="sign_off_once_on_the_same_words",
            ),
            # Nor do two substitutes sign for the same one: a quorum counts seats.
            UniqueConstraint(
                fields=("visit", "round", "rule", "document", "on_behalf_of"),
                condition=Q(on_behalf_of__isnull=False),
                name="sign_off_once_by_a_substitute",
            ),
            # A trigger says the same of the owner as the evaluation names them.
            CheckConstraint(
                condition=~Q(person=F("requester")), name="sign_off_not_by_requester"
            ),
            CheckConstraint(
                condition=Q(on_behalf_of__isnull=True)
                | ~Q(on_behalf_of=F("requester")),
                name="sign_off_not_for_requester",
            ),
            CheckConstraint(
                condition=Q(verdict=Verdict.APPROVE) | ~Q(reason=""),
                name="sign_off_reason_unless_approved",
            ),
            CheckConstraint(condition=~Q(printed_name=""), name="sign_off_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"Sign-off {str(self.pk)[:8]}"


class Condition(SealedRecord):
    """What somebody asked for when approving; open ones block the decision."""

    evaluation_path: ClassVar[str] = "sign_off__visit__evaluation"
    committed: ClassVar = {
        1: (
            *("sign_off", "text", "owner", "due_on"),
            *("closed_at", "closed_by", "closing_note"),
        )
    }

    sign_off = ForeignKey(SignOff, PROTECT, related_name="conditions")
    text = models.TextField()
    owner = ForeignKey(User, PROTECT, related_name="conditions")
    due_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    closing_note = models.TextField(blank=True)

    class Meta:
        ordering = ("due_on",)
        indexes = [Index(fields=("due_on", "-id"), name="condition_in_lists")]
        constraints = [
            CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(closing_note=""),
                name="condition_closed_with_a_note",
            )
        ]


NAME = "stakeholders_signoff_not_the_owners"
OWNER = """
SELECT owner_id FROM evaluations_evaluation WHERE id =
(SELECT evaluation_id FROM evaluations_visit WHERE id = NEW.visit_id)
"""
SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE INSERT ON stakeholders_signoff
WHEN ({OWNER}) IN (NEW.person_id, NEW.on_behalf_of_id)
OR NEW.requester_id <> ({OWNER})
BEGIN SELECT RAISE(ABORT, 'the owner of an evaluation signs for nobody in it'); END
"""
POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger AS $$
BEGIN
IF ({OWNER}) IN (NEW.person_id, NEW.on_behalf_of_id)
OR NEW.requester_id <> ({OWNER}) THEN
RAISE EXCEPTION 'the owner of an evaluation signs for nobody in it'
USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
END
$$ LANGUAGE plpgsql
""",
    f"""
CREATE OR REPLACE TRIGGER {NAME} BEFORE INSERT ON stakeholders_signoff
FOR EACH ROW EXECUTE FUNCTION {NAME}()
""",
)


def owner_signs_for_nobody() -> migrations.RunPython:
    """A migration operation: no sign-off by the owner, nor for them (R30).

    The constraints of the table compare with the requester that its writer named; this
    asks the evaluation itself.
    """

    def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        is_postgresql = editor.connection.vendor == "postgresql"
        for statement in POSTGRESQL if is_postgresql else (SQLITE,):
            # No parameters: a % in a function's body is not a placeholder.
            editor.execute(statement, params=None)

    install.changes_no_row = True  # type: ignore[attr-defined]
    return migrations.RunPython(install, migrations.RunPython.noop)
