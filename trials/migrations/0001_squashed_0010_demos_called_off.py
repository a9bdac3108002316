"""What version 0.1.0 had by 10 migrations, as its last one left it."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import evaltracker.evaluations.models.people
from evaltracker.toolbox.migrating import append_only


class Migration(migrations.Migration):
    replaces = [
        ("trials", "0001_initial"),
        ("trials", "0002_solo_notes_on_demos"),
        ("trials", "0003_contracts_and_what_hangs_on_what"),
        ("trials", "0004_settlements_and_withdrawn_excuses"),
        ("trials", "0005_right_of_reply"),
        ("trials", "0006_who_noted_a_reply"),
        ("trials", "0007_index_for_every_list"),
        ("trials", "0008_what_trying_a_gap_again_came_to"),
        ("trials", "0009_how_often_a_demo_was_moved"),
        ("trials", "0010_demos_called_off"),
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
            name="Consensus",
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
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.TextField(blank=True)),
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
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consensus",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "consensus meetings",
            },
        ),
        migrations.CreateModel(
            name="Demo",
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
                ("title", models.CharField(default="Demo", max_length=150)),
                ("scheduled_for", models.DateTimeField(blank=True, null=True)),
                (
                    "zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[evaltracker.evaluations.models.people.check_zone],
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(default=90)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("attendees", models.TextField(blank=True)),
                ("notes", models.TextField(blank=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demos",
                        to="vendors.candidate",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("notes_until", models.DateTimeField(blank=True, null=True)),
                (
                    "occurrence",
                    models.PositiveIntegerField(
                        default=1,
                        editable=False,
                        help_text="Grows each time that it is moved, and when it is called off.",
                    ),
                ),
                ("called_off_at", models.DateTimeField(blank=True, null=True)),
                ("called_off_because", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("scheduled_for", "title"),
                "indexes": [
                    models.Index(fields=["scheduled_for", "id"], name="demo_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            models.Q(
                                ("held_at__isnull", False),
                                ("notes_until__gte", models.F("ended_at")),
                            ),
                            _connector="OR",
                        ),
                        name="demo_ends_after_it_was_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("called_off_at__isnull", True),
                            ("held_at__isnull", True),
                            _connector="OR",
                        ),
                        name="demo_called_off_was_not_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("called_off_at__isnull", True),
                                ("called_off_because", ""),
                            ),
                            models.Q(
                                ("called_off_at__isnull", False),
                                models.Q(("called_off_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="demo_called_off_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResearchNote",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Article"),
                            ("blog", "Blog post"),
                            ("podcast", "Podcast"),
                            ("analyst", "Analyst report"),
                            ("peer", "Talk with a peer"),
                            ("documentation", "Vendor's documentation"),
                        ],
                        max_length=13,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("source_url", models.URLField(blank=True, max_length=2000)),
                ("source_date", models.DateField(blank=True, null=True)),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="research_notes",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="research_notes",
                        to="evaluations.requirement",
                    ),
                ),
            ],
            options={
                "ordering": ("-noted_at",),
                "indexes": [
                    models.Index(
                        fields=["noted_at", "id"], name="research_note_in_lists"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreSheet",
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
                ("locked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "stakeholder",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="score_sheet",
                        to="stakeholders.stakeholder",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Trial",
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
                ("title", models.CharField(max_length=150)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[evaltracker.evaluations.models.people.check_zone],
                    ),
                ),
                ("workload", models.TextField(help_text="What is run on it.")),
                (
                    "environment",
                    models.TextField(blank=True, help_text="Where it runs."),
                ),
                (
                    "data_allowed",
                    models.TextField(blank=True, help_text="Which data may go in."),
                ),
                (
                    "people_hours",
                    models.TextField(blank=True, help_text="Who, and how many hours."),
                ),
                (
                    "exit_plan",
                    models.TextField(blank=True, help_text="Clean-up when it ends."),
                ),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("summary", models.TextField(blank=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trials",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_trials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ("starts_on", "title"),
                "indexes": [
                    models.Index(fields=["starts_on", "id"], name="trial_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="trial_ends_after_it_starts",
                    )
                ],
                "get_latest_by": "starts_on",
            },
        ),
        migrations.CreateModel(
            name="Excuse",
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
                ("reason", models.TextField()),
                ("excused_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="excuses",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "excused_by",
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
                        related_name="excuses",
                        to="evaluations.requirement",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_reason", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="excuse_has_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("candidate", "requirement"),
                        name="excuse_one_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            models.Q(("withdrawn_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="excuse_withdrawn_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
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
                ("position", models.PositiveIntegerField(default=0)),
                ("text", models.TextField()),
                ("threshold", models.CharField(blank=True, max_length=200)),
                (
                    "method",
                    models.TextField(blank=True, help_text="How it is measured."),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteria",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteria",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "criteria",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="ScriptItem",
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
                ("position", models.PositiveIntegerField(default=0)),
                ("question", models.TextField()),
                (
                    "show_live",
                    models.TextField(
                        blank=True, help_text="What must be seen working."
                    ),
                ),
                ("data_to_bring", models.TextField(blank=True)),
                ("minutes", models.PositiveSmallIntegerField(default=5)),
                ("passes_if", models.TextField(blank=True)),
                ("off_script", models.BooleanField(default=False)),
                ("remark", models.TextField(blank=True)),
                (
                    "asker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="script_items",
                        to="stakeholders.stakeholder",
                    ),
                ),
                (
                    "demo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="script_items",
                        to="trials.demo",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="script_items",
                        to="evaluations.requirement",
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("requirement__isnull", False)),
                        fields=("demo", "requirement"),
                        name="script_item_once_per_requirement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("off_script", False),
                            ("requirement__isnull", True),
                            _connector="OR",
                        ),
                        name="script_item_dazzle_scores_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
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
                ("title", models.CharField(max_length=150)),
                ("due_on", models.DateField()),
                ("due_time", models.TimeField()),
                (
                    "zone",
                    models.CharField(
                        max_length=64,
                        validators=[evaltracker.evaluations.models.people.check_zone],
                    ),
                ),
                ("due_at", models.DateTimeField(editable=False)),
                (
                    "occurrence",
                    models.PositiveIntegerField(
                        default=1,
                        editable=False,
                        help_text="Grows each time that it is moved.",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("met", "Met"),
                            ("missed", "Missed"),
                            ("waived", "Waived"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("state_reason", models.TextField(blank=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="trials.trial",
                    ),
                ),
                (
                    "hangs_on",
                    models.ForeignKey(
                        blank=True,
                        help_text="Moves with it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dependents",
                        to="trials.milestone",
                    ),
                ),
            ],
            options={
                "ordering": ("due_at",),
                "indexes": [
                    models.Index(fields=["due_at", "-id"], name="milestone_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["open", "met", "missed", "waived", "cancelled"],
                            )
                        ),
                        name="milestone_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waived"), _negated=True),
                            models.Q(("state_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="milestone_waived_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hangs_on", models.F("id")), _negated=True),
                        name="milestone_hangs_on_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
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
                    "value",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MaxValueValidator(5)]
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="evaluations.category",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="trials.scoresheet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sheet", "candidate", "category"), name="score_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__lte", 5)), name="score_to_5"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["given_at", "id"], name="score_in_lists")
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoNote",
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
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "demo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="solo_notes",
                        to="trials.demo",
                    ),
                ),
            ],
            options={
                "ordering": ("written_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("demo", "author"), name="demo_note_once_per_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
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
                ("version", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("agreed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "stakeholder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="stakeholders.stakeholder",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("agreed_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trial", "stakeholder", "digest"), name="agreement_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractChange",
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
                ("number", models.PositiveIntegerField()),
                ("what", models.TextField()),
                ("reason", models.TextField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trial", "number"), name="contract_change_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="contract_change_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
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
                ("value", models.DecimalField(decimal_places=1, max_digits=2)),
                ("reason", models.TextField()),
                ("settled_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="evaluations.category",
                    ),
                ),
                (
                    "consensus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="trials.consensus",
                    ),
                ),
                (
                    "settled_by",
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
                        fields=("consensus", "candidate", "category"),
                        name="settlement_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 5)),
                        name="settlement_0_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="settlement_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
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
                    "source",
                    models.CharField(
                        choices=[
                            ("research", "Research"),
                            ("demo", "Demo"),
                            ("trial", "Trial"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("holds", "Holds"),
                            ("partly", "Partly"),
                            ("fails", "Fails"),
                            ("not_shown", "Not shown"),
                        ],
                        max_length=9,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("url", models.URLField(blank=True, max_length=2000)),
                ("file", models.FileField(blank=True, upload_to="evidence/")),
                ("file_name", models.CharField(blank=True, max_length=150)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "independent",
                    models.BooleanField(
                        default=True,
                        help_text="Research: whether the source is not the vendor.",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="vendors.claim",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="trials.criterion",
                    ),
                ),
                (
                    "reconfirms",
                    models.ForeignKey(
                        blank=True,
                        help_text="The verdict on an earlier revision that is said again here.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconfirmations",
                        to="trials.evidence",
                    ),
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
                    "research_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="trials.researchnote",
                    ),
                ),
                (
                    "script_item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="trials.scriptitem",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ("recorded_at",),
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="evidence_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["research", "demo", "trial"])
                        ),
                        name="evidence_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["holds", "partly", "fails", "not_shown"])
                        ),
                        name="evidence_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "not_shown"), _negated=True),
                            ("source", "demo"),
                            _connector="OR",
                        ),
                        name="evidence_not_shown_is_of_demos",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "fails"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="evidence_failure_is_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gap",
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
                    "severity",
                    models.CharField(
                        choices=[
                            ("deal_breaker", "Deal-breaker"),
                            ("challenge", "Challenge"),
                            ("minor", "Minor"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
                ("found_on", models.DateField()),
                ("workaround", models.TextField(blank=True)),
                (
                    "reply",
                    models.TextField(blank=True, help_text="What the vendor answers."),
                ),
                ("reply_at", models.DateTimeField(blank=True, null=True)),
                ("promised_for", models.DateField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closing_note", models.TextField(blank=True)),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="trials.trial",
                    ),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="finding",
                        to="trials.evidence",
                    ),
                ),
                (
                    "reply_until",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "reply_noted_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retest",
                    models.CharField(
                        blank=True,
                        choices=[("mended", "Mended"), ("still_there", "Still there")],
                        max_length=11,
                    ),
                ),
                (
                    "retest_note",
                    models.TextField(blank=True, help_text="What was seen then."),
                ),
                ("retested_at", models.DateTimeField(blank=True, null=True)),
                (
                    "retested_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("found_on",),
                "indexes": [
                    models.Index(fields=["found_on", "id"], name="gap_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(("closing_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="gap_closed_with_a_note",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("severity__in", ["deal_breaker", "challenge", "minor"])
                        ),
                        name="gap_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence__isnull", True),
                            ("reply_until__isnull", False),
                            _connector="OR",
                        ),
                        name="gap_of_a_verdict_gives_time_to_reply",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retest", ""), ("retested_at__isnull", True)),
                            models.Q(
                                ("retest__in", ["mended", "still_there"]),
                                ("retested_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="gap_retest_known",
                    ),
                ],
            },
        ),
        append_only("trials_agreement"),
        append_only("trials_contractchange"),
        append_only("trials_evidence"),
    ]
