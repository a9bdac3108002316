"""What version 0.1.0 had by 9 migrations, as its last one left it."""

import uuid
from decimal import Decimal

import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import evaltracker.evaluations.models.evaluation
import evaltracker.evaluations.models.people
from evaltracker.toolbox.migrating import append_only


class Migration(migrations.Migration):
    replaces = [
        ("evaluations", "0001_initial"),
        ("evaluations", "0002_who_an_outsider_is"),
        ("evaluations", "0003_daily_mails_chat_and_chores"),
        ("evaluations", "0004_logins_their_log_and_erasure"),
        ("evaluations", "0005_index_for_every_list"),
        ("evaluations", "0006_imported_history"),
        ("evaluations", "0007_budget_envelope_and_builders"),
        ("evaluations", "0008_files_on_their_way_in_and_templates"),
        ("evaluations", "0009_index_for_unclear_notices"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={
                            "unique": "A user with that username already exists."
                        },
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[
                            django.contrib.auth.validators.UnicodeUsernameValidator()
                        ],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="first name"
                    ),
                ),
                (
                    "last_name",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="last name"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="email address"
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        help_text="Dates in pages and mails are shown in this zone.",
                        max_length=64,
                        validators=[evaltracker.evaluations.models.people.check_zone],
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        help_text="Whose public holidays are days off; blank: weekends only.",
                        max_length=2,
                    ),
                ),
                (
                    "feed_digest",
                    models.CharField(blank=True, editable=False, max_length=64),
                ),
                (
                    "feed_made_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "mail_rhythm",
                    models.CharField(
                        choices=[
                            ("daily", "In one mail each working morning"),
                            ("each", "Each by itself, as soon as it is due"),
                        ],
                        default="daily",
                        max_length=5,
                    ),
                ),
                (
                    "subdivision",
                    models.CharField(
                        blank=True,
                        help_text="State or province, where its holidays differ.",
                        max_length=20,
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="erased"
                    ),
                ),
                (
                    "erasure_asked_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="asked to be erased",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("feed_digest", ""), _negated=True),
                        fields=("feed_digest",),
                        name="user_feed_digest_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail_rhythm__in", ["daily", "each"])),
                        name="user_mail_rhythm_known",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="user_address_once",
                        violation_error_message="Somebody with this address is here already.",
                    ),
                ],
            },
            managers=[
                (
                    "objects",
                    evaltracker.evaluations.models.people.EvaltrackerUserManager(),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChoreDone",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False),
                ),
                ("done_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
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
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("title", models.CharField(max_length=150)),
                (
                    "buyer",
                    models.CharField(
                        help_text="The organisation that buys; vendors see this name.",
                        max_length=150,
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
                        default="requirements",
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("decided", "Decided"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[evaltracker.evaluations.models.people.check_zone],
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "problem",
                    models.TextField(
                        blank=True,
                        help_text="What must become possible that is not possible today?",
                    ),
                ),
                (
                    "infrastructure",
                    models.JSONField(
                        blank=True, default=list, help_text="Where it has to run."
                    ),
                ),
                (
                    "languages",
                    models.CharField(
                        blank=True,
                        help_text="Languages in use, e.g. R, Python, Java.",
                        max_length=200,
                    ),
                ),
                (
                    "must_run_by",
                    models.DateField(
                        blank=True,
                        help_text="The day it must be running in production.",
                        null=True,
                    ),
                ),
                (
                    "budget",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Everything over the horizon: set-up, support, onboarding, training.",
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "support_wanted",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "self_service",
                                "Self-service: documentation and community",
                            ),
                            ("business_hours", "Support in business hours"),
                            ("round_the_clock", "Support around the clock"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "engineers",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="People who would work with it.",
                        null=True,
                    ),
                ),
                (
                    "context",
                    models.TextField(
                        blank=True,
                        help_text="Anything else that a reader of the decision must know.",
                    ),
                ),
                (
                    "source_note",
                    models.TextField(
                        blank=True,
                        help_text="Where imported material comes from, and of what date.",
                    ),
                ),
                (
                    "evidence_share",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.60"), max_digits=3
                    ),
                ),
                (
                    "credits",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Credits that differ from the default.",
                    ),
                ),
                (
                    "horizon_months",
                    models.PositiveSmallIntegerField(
                        default=36,
                        help_text="Everything is counted over so many months; 36 are usual.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                    ),
                ),
                (
                    "discount_rate",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="What money is worth less a year later, in per cent: lowers what is paid from the second year on. 0 counts every year alike.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "planning_factor",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.50"),
                        help_text="Estimates of engineer time are multiplied by this.",
                        max_digits=4,
                    ),
                ),
                (
                    "working_days",
                    models.PositiveSmallIntegerField(
                        default=220,
                        help_text="Days a year on which an engineer saves hours.",
                    ),
                ),
                (
                    "loaded_hourly_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What an hour of an engineer costs you, with everything.",
                        max_digits=9,
                        null=True,
                    ),
                ),
                (
                    "stage_weeks",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Minimum weeks per stage that differ.",
                    ),
                ),
                (
                    "reminder_days",
                    models.JSONField(
                        blank=True,
                        default=evaltracker.evaluations.models.evaluation.default_reminder_days,
                    ),
                ),
                (
                    "claims_opened_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                ("claims_close_at", models.DateTimeField(blank=True, null=True)),
                (
                    "claims_closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "prices_opened_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="The procurement lead. The owner cannot sign for a role.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_evaluations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "readers",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Who may see it; kept by the services that give people a part.",
                        related_name="readable_evaluations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "budget_once",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What may be paid once: set-up, migration, onboarding, training.",
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "budget_yearly",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What may be paid in a full year: licence, support, upkeep.",
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "builder_earnings",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What one builder would earn for you a month with other work. It is lost while they build or set up a candidate.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
                "indexes": [
                    models.Index(
                        fields=["created_at", "id"], name="evaluation_in_lists"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "requirements",
                                    "research",
                                    "demos",
                                    "trials",
                                    "decision",
                                ],
                            )
                        ),
                        name="evaluation_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "decided", "cancelled"])
                        ),
                        name="evaluation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("budget__isnull", True),
                            ("budget__gte", 0),
                            _connector="OR",
                        ),
                        name="evaluation_budget_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence_share__gte", 0), ("evidence_share__lte", 1)
                        ),
                        name="evaluation_evidence_share_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountEntry",
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
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("logged_in", "Logged in"),
                            ("logged_out", "Logged out"),
                            ("login_failed", "Login failed"),
                            ("factor_failed", "Wrong code"),
                            ("proved", "Showed again who they are"),
                            ("added", "Added"),
                            ("invited", "Invited"),
                            ("changed", "Changed"),
                            ("password", "Password set"),
                            ("address", "Mail address changed"),
                            ("factor_added", "Second factor added"),
                            ("factor_removed", "Second factor removed"),
                            ("sign_on_added", "Single sign-on connected"),
                            ("sign_on_removed", "Single sign-on disconnected"),
                            ("roles", "Roles given"),
                            ("stopped", "Login stopped"),
                            ("allowed", "Login allowed again"),
                            ("erasure_asked", "Asked to be erased"),
                            ("erased", "Erased"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "address",
                    models.GenericIPAddressField(
                        blank=True,
                        help_text="Whence; forgotten when the person is erased.",
                        null=True,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who did it; blank: whoever sat there.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose login; blank: nobody has the name that was typed.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "account entry",
                "verbose_name_plural": "account entries",
                "ordering": ("-at",),
                "indexes": [
                    models.Index(fields=["-at"], name="account_entry_by_time"),
                    models.Index(
                        fields=["person", "-at"], name="account_entry_by_person"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "logged_in",
                                    "logged_out",
                                    "login_failed",
                                    "factor_failed",
                                    "proved",
                                    "added",
                                    "invited",
                                    "changed",
                                    "password",
                                    "address",
                                    "factor_added",
                                    "factor_removed",
                                    "sign_on_added",
                                    "sign_on_removed",
                                    "roles",
                                    "stopped",
                                    "allowed",
                                    "erasure_asked",
                                    "erased",
                                ],
                            )
                        ),
                        name="account_action_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationTemplate",
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
                ("title", models.CharField(max_length=150, unique=True)),
                ("description", models.TextField(blank=True)),
                ("content", models.JSONField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("title",),
                "indexes": [
                    models.Index(fields=["title", "-id"], name="template_in_lists")
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                (
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="journal_head",
                        serialize=False,
                        to="evaluations.evaluation",
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
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
                ("at", models.DateTimeField()),
                ("actor_name", models.CharField(max_length=200)),
                ("on_behalf_of", models.CharField(blank=True, max_length=200)),
                ("action", models.CharField(max_length=60)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=60)),
                ("subject_label", models.CharField(max_length=200)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ("evaluation", "number"),
                "indexes": [
                    models.Index(fields=["at", "number", "id"], name="entry_in_lists")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "number"), name="entry_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("evaluation", "previous_hash"),
                        name="entry_chain_has_no_fork",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
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
                ("name", models.CharField(max_length=150)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0–10 as agreed by the roles; blank means not agreed yet.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ("position", "name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "name"), name="category_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weight__isnull", True),
                            ("weight__lte", 10),
                            _connector="OR",
                        ),
                        name="category_weight_to_10",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Metric",
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
                ("name", models.CharField(max_length=150)),
                (
                    "baseline",
                    models.CharField(
                        blank=True, help_text="Where it is.", max_length=150
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True, help_text="Where it must be.", max_length=150
                    ),
                ),
                ("how_measured", models.TextField(blank=True)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="metrics",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "name"), name="metric_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                    "round",
                    models.PositiveIntegerField(
                        default=1, help_text="Grows when sign-offs are asked for anew."
                    ),
                ),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("advanced", "Advanced"),
                            ("sent_back", "Sent back"),
                            ("cancelled", "Cancelled"),
                            ("decided", "Decided"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "left_by",
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
                "ordering": ("evaluation", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "number"), name="visit_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("left_at__isnull", True)),
                        fields=("evaluation",),
                        name="visit_one_open_per_evaluation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("left_at__isnull", True), ("ended", "")),
                            models.Q(
                                ("left_at__isnull", False),
                                (
                                    "ended__in",
                                    ["advanced", "sent_back", "cancelled", "decided"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="visit_end_is_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChatWebhook",
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
                    "flavour",
                    models.CharField(
                        choices=[
                            ("slack", "Slack or compatible (Mattermost, Rocket.Chat)"),
                            ("teams", "Microsoft Teams (Workflows)"),
                        ],
                        max_length=5,
                    ),
                ),
                ("url", models.TextField(editable=False)),
                ("host", models.CharField(max_length=255)),
                (
                    "added_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chat_webhooks",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("evaluation",),
                        name="chat_one_live_per_evaluation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("flavour__in", ["slack", "teams"])),
                        name="chat_flavour_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedHistory",
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
                ("sha256", models.CharField(help_text="Of the file.", max_length=64)),
                (
                    "imported_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "entries",
                    models.PositiveIntegerField(
                        help_text="How many came with the file."
                    ),
                ),
                (
                    "head",
                    models.CharField(
                        help_text="The hash of the last of them.", max_length=64
                    ),
                ),
                ("actors", models.JSONField(default=list)),
                (
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Blank: somebody at the command line.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ColumnMemory",
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
                ("kind", models.CharField(max_length=20)),
                (
                    "signature",
                    models.CharField(
                        help_text="SHA-256 of the header's names in their order.",
                        max_length=64,
                    ),
                ),
                (
                    "columns",
                    models.JSONField(help_text="By field, the place of its column."),
                ),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="column_memories",
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
                "verbose_name_plural": "column memories",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "kind", "signature"),
                        name="column_memory_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
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
                ("kind", models.CharField(max_length=20)),
                ("filename", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("counts", models.JSONField(default=dict)),
                (
                    "is_private",
                    models.BooleanField(
                        default=False,
                        help_text="Only who imported it sees that it was.",
                    ),
                ),
                ("kept", models.JSONField(default=dict, editable=False)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "undone_by",
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
                "indexes": [
                    models.Index(
                        fields=["evaluation", "at", "id"], name="import_by_evaluation"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("undone_at__isnull", True), ("undone_by__isnull", True)
                            ),
                            models.Q(
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="import_undone_by_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportDraft",
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
                ("kind", models.CharField(max_length=20)),
                ("filename", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
                ("reading", models.JSONField(blank=True, default=dict)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_drafts",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "person",
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
                        fields=("evaluation", "person", "kind"),
                        name="import_draft_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                ("kind", models.CharField(max_length=40)),
                (
                    "subject_id",
                    models.CharField(
                        help_text="Id of the row that it is about.", max_length=60
                    ),
                ),
                ("occurrence", models.CharField(blank=True, max_length=60)),
                ("offset_days", models.SmallIntegerField(default=0)),
                (
                    "address",
                    models.EmailField(
                        blank=True,
                        help_text="Of an outsider; a user's own address is looked up.",
                        max_length=254,
                    ),
                ),
                (
                    "wall_time",
                    models.DateTimeField(
                        help_text="As typed, in `zone`; stored without conversion as UTC digits."
                    ),
                ),
                ("zone", models.CharField(default="UTC", max_length=64)),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("claimed", "Claimed by a sweep"),
                            ("handing", "Being handed to the mail server"),
                            ("sent", "Sent"),
                            ("suppressed", "Suppressed"),
                            ("uncertain", "Uncertain: a person must look"),
                            ("dead", "Refused by the mail server"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("message_id", models.CharField(max_length=120, unique=True)),
                ("maybe_repeated", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("suppressed_because", models.TextField(blank=True)),
                (
                    "evaluation",
                    models.ForeignKey(
                        blank=True,
                        help_text="Blank: it is about a login, and operators see it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "addressee",
                    models.CharField(
                        blank=True,
                        help_text="An outsider's name, for the greeting.",
                        max_length=150,
                    ),
                ),
                (
                    "digest",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The daily mail that carries it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried",
                        to="evaluations.notice",
                    ),
                ),
                ("placed", models.BooleanField(default=False)),
                (
                    "shadow_of",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadows",
                        to="evaluations.notice",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="evaluations.chatwebhook",
                    ),
                ),
            ],
            options={
                "ordering": ("due_at",),
                "indexes": [
                    models.Index(fields=["subject_id"], name="notice_by_subject"),
                    models.Index(
                        condition=models.Q(
                            ("digest__isnull", True),
                            ("state__in", ("pending", "claimed", "handing")),
                        ),
                        fields=["next_try_at"],
                        name="notice_open_by_next_try",
                    ),
                    models.Index(
                        condition=models.Q(("digest__isnull", False)),
                        fields=["digest"],
                        name="notice_by_digest",
                    ),
                    models.Index(fields=["due_at", "id"], name="notice_in_lists"),
                    models.Index(
                        condition=models.Q(("state__in", ("uncertain", "dead"))),
                        fields=["evaluation"],
                        name="notice_unclear_by_evaluation",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("recipient__isnull", False)),
                        fields=(
                            "kind",
                            "subject_id",
                            "occurrence",
                            "offset_days",
                            "recipient",
                        ),
                        name="notice_owed_once_to_a_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "pending",
                                    "claimed",
                                    "handing",
                                    "sent",
                                    "suppressed",
                                    "uncertain",
                                    "dead",
                                ],
                            )
                        ),
                        name="notice_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("recipient__isnull", True), ("webhook__isnull", True)
                        ),
                        fields=(
                            "kind",
                            "subject_id",
                            "occurrence",
                            "offset_days",
                            "address",
                        ),
                        name="notice_owed_once_to_an_outsider",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("webhook__isnull", False)),
                        fields=(
                            "kind",
                            "subject_id",
                            "occurrence",
                            "offset_days",
                            "webhook",
                        ),
                        name="notice_owed_once_to_a_chat",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recipient__isnull", False),
                            models.Q(("address", ""), _negated=True),
                            ("webhook__isnull", False),
                            _connector="OR",
                        ),
                        name="notice_has_a_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("webhook__isnull", True),
                            models.Q(
                                ("address", ""),
                                ("recipient__isnull", True),
                                ("shadow_of__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="notice_to_a_chat_is_a_shadow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Requirement",
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
                    "ref",
                    models.CharField(
                        help_text="Text, unique here: “1.10” stays “1.10”.",
                        max_length=80,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("text", models.TextField()),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("must", "Must have"),
                            ("should", "Should have"),
                            ("could", "Could have"),
                        ],
                        default="should",
                        max_length=6,
                    ),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="0–10; 0 is not scored.",
                        validators=[django.core.validators.MaxValueValidator(10)],
                    ),
                ),
                (
                    "vendor_help",
                    models.TextField(blank=True, help_text="Vendors read this."),
                ),
                (
                    "scorer_help",
                    models.TextField(blank=True, help_text="Vendors never read this."),
                ),
                (
                    "metric_excuse",
                    models.TextField(
                        blank=True,
                        help_text="Why a must-have moves no metric, e.g. a legal duty.",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="evaluations.category",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        blank=True,
                        help_text="The business metric that it moves.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="evaluations.metric",
                    ),
                ),
            ],
            options={
                "ordering": ("category__position", "position", "ref"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "ref"), name="requirement_ref_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__lte", 10)),
                        name="requirement_weight_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("priority__in", ["must", "should", "could"])
                        ),
                        name="requirement_priority_known",
                    ),
                ],
            },
        ),
        append_only("evaluations_entry"),
    ]
