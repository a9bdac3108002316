"""What version 0.1.0 had by 3 migrations, as its last one left it."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from evaltracker.toolbox.migrating import append_only
from stakeholders.models import owner_signs_for_nobody


class Migration(migrations.Migration):
    replaces = [
        ("stakeholders", "0001_initial"),
        ("stakeholders", "0002_sign_offs_by_seat_with_their_origin"),
        ("stakeholders", "0003_index_for_every_list"),
    ]

    initial = True

    dependencies = [
        ("evaluations", "0001_squashed_0009_index_for_unclear_notices"),
        ("evaluations", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignedDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "content",
                    models.TextField(help_text="Canonical text of what was shown."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_documents",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "sha256"), name="signed_document_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignOffRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("requirements", "Requirements"),
                            ("research", "Research"),
                            ("demos", "Demos"),
                            ("trials", "Trials"),
                            ("decision", "Decision"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("it", "IT"),
                            ("engineering", "Engineering"),
                            ("devops", "DevOps"),
                            ("pm", "PM"),
                            ("leadership", "Leadership"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("finance", "Finance"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "required",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How many people of this role must approve.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_off_rules",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("evaluation", "stage", "role"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "stage", "role"),
                        name="sign_off_rule_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("required__gte", 1)),
                        name="sign_off_rule_asks_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stakeholder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("it", "IT"),
                            ("engineering", "Engineering"),
                            ("devops", "DevOps"),
                            ("pm", "PM"),
                            ("leadership", "Leadership"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("finance", "Finance"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "scores",
                    models.BooleanField(
                        default=False,
                        help_text="Whether this person scores candidates.",
                    ),
                ),
                (
                    "left_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stakeholders",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("role", "user__last_name", "user__username"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "user", "role"),
                        name="stakeholder_role_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "it",
                                    "engineering",
                                    "devops",
                                    "pm",
                                    "leadership",
                                    "security",
                                    "legal",
                                    "finance",
                                ],
                            )
                        ),
                        name="stakeholder_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleWeight",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("it", "IT"),
                            ("engineering", "Engineering"),
                            ("devops", "DevOps"),
                            ("pm", "PM"),
                            ("leadership", "Leadership"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("finance", "Finance"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MaxValueValidator(10)]
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_weights",
                        to="evaluations.category",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_weights",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("role", "category"), name="role_weight_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__lte", 10)),
                        name="role_weight_to_10",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignOff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("round", models.PositiveIntegerField(default=1)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("conditions", "Approve with conditions"),
                            ("decline", "Decline"),
                            ("return", "Return for changes"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("printed_name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("it", "IT"),
                            ("engineering", "Engineering"),
                            ("devops", "DevOps"),
                            ("pm", "PM"),
                            ("leadership", "Leadership"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("finance", "Finance"),
                        ],
                        max_length=12,
                    ),
                ),
                ("meaning", models.CharField(max_length=300)),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("zone", models.CharField(default="UTC", max_length=64)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_offs",
                        to="stakeholders.signeddocument",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_offs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_offs",
                        to="evaluations.visit",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_offs",
                        to="stakeholders.signoffrule",
                    ),
                ),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
                (
                    "session",
                    models.CharField(
                        blank=True,
                        help_text="Tells one login from another.",
                        max_length=16,
                    ),
                ),
            ],
            options={
                "ordering": ("signed_at",),
                "indexes": [
                    models.Index(fields=["signed_at", "id"], name="sign_off_in_lists")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visit", "round", "rule", "person", "document"),
                        name="sign_off_once_on_the_same_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person", models.F("requester")), _negated=True
                        ),
                        name="sign_off_not_by_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_behalf_of__isnull", True),
                            models.Q(
                                ("on_behalf_of", models.F("requester")), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="sign_off_not_for_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "approve"),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="sign_off_reason_unless_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("printed_name", ""), _negated=True),
                        name="sign_off_has_a_name",
                    ),
                    models.UniqueConstraint(
                        models.F("visit"),
                        models.F("round"),
                        models.F("rule"),
                        models.F("document"),
                        django.db.models.functions.comparison.Coalesce(
                            "on_behalf_of", "person"
                        ),
                        name="sign_off_once_for_the_same_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "substitute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stakeholder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="stakeholders.stakeholder",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="delegation_ends_after_it_starts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.TextField()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closing_note", models.TextField(blank=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sign_off",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="stakeholders.signoff",
                    ),
                ),
            ],
            options={
                "ordering": ("due_on",),
                "indexes": [
                    models.Index(fields=["due_on", "-id"], name="condition_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(("closing_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="condition_closed_with_a_note",
                    )
                ],
            },
        ),
        append_only("stakeholders_signoff"),
        owner_signs_for_nobody(),
    ]
