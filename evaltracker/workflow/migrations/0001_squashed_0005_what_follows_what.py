"""What version 0.1.0 had by 5 migrations, as its last one left it."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from evaltracker.toolbox.migrating import append_only


class Migration(migrations.Migration):
    replaces = [
        ("workflow", "0001_initial"),
        ("workflow", "0002_how_evaluations_stood"),
        ("workflow", "0003_index_for_every_list"),
        ("workflow", "0004_letters_and_promise_checks"),
        ("workflow", "0005_what_follows_what"),
    ]

    initial = True

    dependencies = [
        ("evaluations", "0001_squashed_0009_index_for_unclear_notices"),
        ("evaluations", "__first__"),
        ("stakeholders", "0001_squashed_0003_index_for_every_list"),
        ("vendors", "0001_squashed_0010_prices_opened_by_two_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
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
                    "rationale",
                    models.TextField(
                        blank=True,
                        help_text="Why this one, in words that leadership can repeat.",
                    ),
                ),
                (
                    "dissent",
                    models.TextField(blank=True, help_text="Who disagrees, and why."),
                ),
                (
                    "revisit_when",
                    models.TextField(
                        blank=True, help_text="What would make us look at it again."
                    ),
                ),
                ("drafted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "memo",
                    models.JSONField(
                        blank=True, default=dict, help_text="Frozen inputs and results."
                    ),
                ),
                ("memo_sha256", models.CharField(blank=True, max_length=64)),
                ("formula_version", models.CharField(blank=True, max_length=10)),
                (
                    "candidate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True),
                            models.Q(
                                ("candidate__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("rationale", ""), _negated=True),
                                models.Q(("memo_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="decision_is_whole_when_decided",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
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
                ("gate", models.CharField(max_length=60)),
                (
                    "rule",
                    models.TextField(
                        help_text="The rule as it read when it was waived."
                    ),
                ),
                ("reason", models.TextField()),
                ("waived_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="evaluations.visit",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="stakeholders.stakeholder",
                    ),
                ),
            ],
            options={
                "ordering": ("waived_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visit", "gate"), name="waiver_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="waiver_has_a_reason",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["waived_at", "id"], name="waiver_in_lists")
                ],
            },
        ),
        migrations.CreateModel(
            name="Outlook",
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
                ("entries", models.PositiveIntegerField()),
                ("looked_at", models.DateTimeField()),
                ("asked_entries", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("is_signed_now", models.BooleanField()),
                ("what", models.TextField()),
                ("why", models.TextField()),
                ("link", models.TextField()),
                ("verb", models.CharField(max_length=60)),
                (
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlook",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PromiseCheck",
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
                    "months",
                    models.PositiveSmallIntegerField(
                        help_text="After so many months it was planned first."
                    ),
                ),
                ("due_on", models.DateField(help_text="In the evaluation's zone.")),
                ("occurrence", models.PositiveIntegerField(default=0)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("waived_reason", models.TextField(blank=True)),
                ("summary", models.TextField(blank=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promise_checks",
                        to="vendors.candidate",
                    ),
                ),
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
            ],
            options={
                "ordering": ("due_on", "months"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "months"), name="promise_check_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", False),
                            models.Q(("summary", ""), ("waived_reason", "")),
                            _connector="OR",
                        ),
                        name="promise_check_said_when_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
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
                    "text",
                    models.TextField(
                        help_text="Paragraphs with a blank line between them; the vendor reads this."
                    ),
                ),
                ("drafted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "candidate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("candidate__name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="letter_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("released_at__isnull", True),
                                ("released_by__isnull", True),
                            ),
                            models.Q(
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="letter_released_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
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
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="succession",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successions",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evaluation", models.F("origin")), _negated=True
                        ),
                        name="succession_of_another",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckVerdict",
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
                    "found",
                    models.CharField(
                        choices=[
                            ("holds", "Holds"),
                            ("partly", "Holds partly"),
                            ("fails", "Fails"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        help_text="How it was seen: where, by whom, on what."
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "promise_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="workflow.promisecheck",
                    ),
                ),
            ],
            options={
                "ordering": ("requirement__position", "requirement__ref"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("promise_check", "requirement"),
                        name="check_verdict_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("found__in", ["holds", "partly", "fails"])),
                        name="check_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="check_verdict_has_a_note",
                    ),
                ],
            },
        ),
        append_only("workflow_waiver"),
    ]
