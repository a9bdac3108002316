"""What version 0.1.0 had by 10 migrations, as its last one left it."""

import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import vendors.models.candidates


class Migration(migrations.Migration):
    replaces = [
        ("vendors", "0001_initial"),
        ("vendors", "0002_interests_by_person"),
        ("vendors", "0003_who_was_told_and_who_was_seen"),
        ("vendors", "0004_last_seen"),
        ("vendors", "0005_who_asked_is_apart"),
        ("vendors", "0006_index_for_every_list"),
        ("vendors", "0007_tiers_rates_and_payments"),
        ("vendors", "0008_words_of_spreadsheets"),
        ("vendors", "0009_renewal_rise_in_per_cent"),
        ("vendors", "0010_prices_opened_by_two_people"),
    ]

    initial = True

    dependencies = [
        ("evaluations", "0001_squashed_0009_index_for_unclear_notices"),
        ("evaluations", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vendor",
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
                ("name", models.CharField(max_length=150, unique=True)),
                (
                    "aliases",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other names it is or was known by.",
                    ),
                ),
                ("website", models.URLField(blank=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
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
                        related_name="questions",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="evaluations.requirement",
                    ),
                ),
            ],
            options={
                "ordering": ("asked_at",),
                "indexes": [
                    models.Index(fields=["asked_at", "id"], name="question_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="question_answered_with_words",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedCall",
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
                ("prefix", models.CharField(blank=True, max_length=16)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("header", "The header is not “Authorization: Bearer …”"),
                            ("unknown", "No live token has this text"),
                            ("throttled", "Too many calls in that minute"),
                        ],
                        max_length=9,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=45)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at",),
                "indexes": [
                    models.Index(
                        fields=["prefix", "at"], name="refused_call_by_prefix"
                    ),
                    models.Index(fields=["at"], name="refused_call_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("why__in", ["header", "unknown", "throttled"])
                        ),
                        name="refused_call_reason_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
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
                ("currency", models.CharField(max_length=3)),
                ("base", models.CharField(max_length=3)),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6,
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(
                                Decimal("0.000001")
                            )
                        ],
                    ),
                ),
                ("rated_on", models.DateField()),
                ("source", models.CharField(max_length=200)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchange_rates",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("currency",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "currency"), name="exchange_rate_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)),
                        name="exchange_rate_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency", models.F("base")), _negated=True
                        ),
                        name="exchange_rate_of_another_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusWord",
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
                    "word",
                    models.CharField(
                        help_text="Without case, marks, hyphens.", max_length=60
                    ),
                ),
                (
                    "availability",
                    models.CharField(
                        choices=[
                            ("now", "Now"),
                            ("beta", "Beta"),
                            ("planned", "Planned"),
                            ("on_request", "On request, at cost"),
                            ("never", "Never"),
                            ("unstated", "Not stated"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("available_from", models.DateField(blank=True, null=True)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_words",
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
                "ordering": ("word",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "word"), name="status_word_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "availability__in",
                                (
                                    "now",
                                    "beta",
                                    "planned",
                                    "on_request",
                                    "never",
                                    "unstated",
                                ),
                            )
                        ),
                        name="status_word_means_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("available_from__isnull", True),
                            ("availability", "planned"),
                            _connector="OR",
                        ),
                        name="status_word_dated_if_planned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceOpening",
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
                ("asked_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "role",
                    models.CharField(
                        blank=True,
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
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
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
                        related_name="price_openings",
                        to="evaluations.evaluation",
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
                    "withdrawn_by",
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
                "ordering": ("asked_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("evaluation",),
                        name="price_opening_one_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(
                                ("confirmed_by", models.F("asked_by")), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="price_opening_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_behalf_of__isnull", True),
                            models.Q(
                                ("on_behalf_of", models.F("asked_by")), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="price_opening_not_for_who_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("confirmed_by__isnull", True),
                                ("role", ""),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("role", ""), _negated=True),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="price_opening_confirmed_as_a_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Candidate",
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
                ("aliases", models.JSONField(blank=True, default=list)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("buy", "Buy"),
                            ("build", "Build in-house"),
                            ("open_source", "Open source"),
                            ("as_is", "Stay as is"),
                        ],
                        default="buy",
                        max_length=11,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("longlisted", "Longlisted"),
                            ("shortlisted", "Shortlisted"),
                            ("eliminated", "Eliminated"),
                            ("chosen", "Chosen"),
                        ],
                        default="longlisted",
                        max_length=11,
                    ),
                ),
                ("state_reason", models.TextField(blank=True)),
                ("website", models.URLField(blank=True)),
                ("summary", models.TextField(blank=True)),
                (
                    "invited_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "months_to_live",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Months from the decision to running in production.",
                        max_digits=4,
                        null=True,
                    ),
                ),
                (
                    "hours_saved",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Hours saved per engineer and day once it is live.",
                        max_digits=4,
                        null=True,
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whoever answers for it; nobody for build and stay-as-is.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="vendors.vendor",
                    ),
                ),
                (
                    "first_seen_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "builders",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Own people who build it or set it up until it is live.",
                        max_digits=5,
                        null=True,
                    ),
                ),
                (
                    "payments",
                    models.JSONField(
                        blank=True,
                        default=list,
                        validators=[vendors.models.candidates.check_payments],
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "indexes": [
                    models.Index(fields=["name", "-id"], name="candidate_in_lists")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "name"), name="candidate_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["longlisted", "shortlisted", "eliminated", "chosen"],
                            )
                        ),
                        name="candidate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["buy", "build", "open_source", "as_is"])
                        ),
                        name="candidate_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "eliminated"), _negated=True),
                            models.Q(("state_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="candidate_eliminated_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("invited_at__isnull", True),
                            ("vendor__isnull", False),
                            _connector="OR",
                        ),
                        name="candidate_invited_has_a_vendor",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "chosen")),
                        fields=("evaluation",),
                        name="candidate_one_chosen",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
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
                ("key", models.CharField(max_length=255)),
                (
                    "route",
                    models.CharField(help_text="Method and path.", max_length=300),
                ),
                ("body_sha256", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="idempotency_records",
                        to="vendors.vendor",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="idempotency_by_age")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vendor", "route", "key"), name="idempotency_key_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
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
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="vendors.vendor",
                    ),
                ),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "ordering": ("name",),
                "indexes": [
                    models.Index(fields=["name", "-id"], name="contact_in_lists")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vendor", "email"), name="contact_once_per_vendor"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VendorToken",
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
                ("label", models.CharField(blank=True, max_length=80)),
                (
                    "prefix",
                    models.CharField(
                        help_text="For people to tell it by.", max_length=16
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="vendors.vendor",
                    ),
                ),
                (
                    "leak_told_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "leaked_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "ordering": ("-issued_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("leak_told_at__isnull", True), ("leaked_at__isnull", False)
                        ),
                        fields=["leaked_at"],
                        name="vendortoken_leak_to_tell",
                    ),
                    models.Index(
                        fields=["issued_at", "id"], name="vendor_token_in_lists"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
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
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "requirement_revision",
                    models.PositiveIntegerField(
                        help_text="The revision of the requirement that it answers."
                    ),
                ),
                (
                    "availability",
                    models.CharField(
                        choices=[
                            ("now", "Now"),
                            ("beta", "Beta"),
                            ("planned", "Planned"),
                            ("on_request", "On request, at cost"),
                            ("never", "Never"),
                            ("unstated", "Not stated"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("available_from", models.DateField(blank=True, null=True)),
                ("environments", models.JSONField(blank=True, default=list)),
                ("statement", models.TextField(blank=True)),
                ("evidence_url", models.URLField(blank=True, max_length=2000)),
                (
                    "submitted_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "by_vendor",
                    models.BooleanField(
                        default=False,
                        help_text="Whether the vendor said it, or the buyer noted it.",
                    ),
                ),
                ("submitted_by", models.CharField(blank=True, max_length=200)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="evaluations.requirement",
                    ),
                ),
            ],
            options={
                "ordering": ("requirement__position", "requirement__ref", "revision"),
                "indexes": [
                    models.Index(fields=["submitted_at", "id"], name="claim_in_lists")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "requirement", "revision"),
                        name="claim_revision_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("candidate", "requirement"),
                        name="claim_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "availability__in",
                                [
                                    "now",
                                    "beta",
                                    "planned",
                                    "on_request",
                                    "never",
                                    "unstated",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="claim_availability_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("availability", "planned"), _negated=True),
                            ("available_from__isnull", False),
                            _connector="OR",
                        ),
                        name="claim_planned_has_a_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_vendor", False),
                            models.Q(("availability", "unstated"), _negated=True),
                            _connector="OR",
                        ),
                        name="claim_vendor_states_availability",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
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
                ("has_interest", models.BooleanField()),
                ("statement", models.TextField(blank=True)),
                ("declared_at", models.DateTimeField()),
                ("cleared_reason", models.TextField(blank=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "cleared_by",
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
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("has_interest", False),
                            models.Q(("statement", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="conflict_interest_is_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cleared_by__isnull", True),
                            models.Q(("cleared_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="conflict_cleared_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("candidate", "person"),
                        name="conflict_one_stands",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostLine",
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
                ("kind", models.CharField(max_length=30)),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        help_text="Which part, if a kind has several.",
                        max_length=150,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("priced", "Priced"),
                            ("included", "Included"),
                            ("excluded", "Excluded"),
                            ("unsaid", "Unsaid"),
                        ],
                        default="unsaid",
                        max_length=8,
                    ),
                ),
                (
                    "low",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "likely",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("1"), max_digits=12
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True, help_text="User, hour, node …", max_length=60
                    ),
                ),
                (
                    "recurrence",
                    models.CharField(
                        choices=[
                            ("once", "Once"),
                            ("monthly", "Monthly"),
                            ("yearly", "Yearly"),
                        ],
                        default="once",
                        max_length=7,
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        help_text="Units of the evaluation's currency for one unit of this one. Blank takes the evaluation's rate; without one the price counts as unsaid.",
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(
                                Decimal("0.000001")
                            )
                        ],
                    ),
                ),
                (
                    "source_text",
                    models.CharField(
                        blank=True,
                        help_text="The price as it was written.",
                        max_length=300,
                    ),
                ),
                ("source_url", models.URLField(blank=True, max_length=2000)),
                ("quoted_on", models.DateField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_lines",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "pricing",
                    models.CharField(
                        choices=[
                            ("per_unit", "One price for every unit"),
                            (
                                "graduated",
                                "Graduated: each unit at the price of its own tier",
                            ),
                            (
                                "volume",
                                "Volume: all units at the price of the tier reached",
                            ),
                            ("package", "Package: one price for the whole tier"),
                            ("percent", "Per cent a year, on what is invoiced again"),
                        ],
                        default="per_unit",
                        max_length=9,
                    ),
                ),
                (
                    "tiers",
                    models.JSONField(
                        blank=True,
                        default=list,
                        validators=[vendors.models.candidates.check_tiers],
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "label"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "kind", "label"), name="cost_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("high__isnull", False),
                                ("likely__isnull", False),
                                ("low__isnull", False),
                                ("state", "priced"),
                            ),
                            models.Q(
                                models.Q(("state", "priced"), _negated=True),
                                ("high__isnull", True),
                                ("likely__isnull", True),
                                ("low__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="cost_line_priced_has_a_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("low__isnull", True),
                            models.Q(
                                ("low__gte", 0),
                                ("likely__gte", models.F("low")),
                                ("high__gte", models.F("likely")),
                            ),
                            _connector="OR",
                        ),
                        name="cost_line_low_likely_high",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
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
                ("reason", models.TextField(blank=True)),
                (
                    "proposed_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("state_reason", models.TextField(blank=True)),
                ("ruled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="evaluations.category",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="evaluations.requirement",
                    ),
                ),
            ],
            options={
                "ordering": ("proposed_at",),
                "indexes": [
                    models.Index(fields=["proposed_at", "id"], name="proposal_in_lists")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("state_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_declined_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            ("requirement__isnull", False),
                            _connector="OR",
                        ),
                        name="proposal_accepted_is_a_requirement",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
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
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rulings",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rulings",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "ruled_by",
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
                        fields=("candidate", "requirement"), name="ruling_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="ruling_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
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
                ("number", models.CharField(max_length=20)),
                (
                    "submitted_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                ("submitted_by", models.CharField(max_length=200)),
                ("claims", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="vendors.candidate",
                    ),
                ),
            ],
            options={
                "ordering": ("submitted_at",),
                "indexes": [
                    models.Index(
                        fields=["submitted_at", "id"], name="submission_in_lists"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "number"), name="submission_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LastSeen",
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
                ("until", models.DateTimeField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="last_seen",
                        to="vendors.candidate",
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
                        fields=("person", "candidate"), name="last_seen_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Asking",
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
                ("words", models.TextField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="askings",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="askings",
                        to="vendors.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "question"), name="asking_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimFile",
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
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored_as", models.CharField(max_length=100, unique=True)),
                (
                    "uploaded_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="vendors.claim",
                    ),
                ),
            ],
            options={
                "ordering": ("uploaded_at",),
            },
        ),
    ]
