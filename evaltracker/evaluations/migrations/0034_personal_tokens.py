import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from evaltracker.toolbox.migrating import AddConstraintOnline, never_emptied

ACTIONS = [
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
    ("token_made", "Token made"),
    ("token_ended", "Token ended"),
    ("erasure_asked", "Asked to be erased"),
    ("erased", "Erased"),
]
SCOPES = [
    ("read", "Read"),
    ("ask", "Read, and ask its person to act"),
    ("write", "Read, ask, and do what a program may do"),
]


class Migration(migrations.Migration):
    # A constraint is checked without a lock that anybody waits for.
    atomic = False
    dependencies = [
        ("evaluations", "0033_asks_effort"),
    ]

    operations = [
        # AddConstraintOnline takes the former one away itself.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("accountentry", "account_action_known")
            ]
        ),
        migrations.AlterField(
            model_name="accountentry",
            name="action",
            field=models.CharField(choices=ACTIONS, max_length=20),
        ),
        AddConstraintOnline(
            model_name="accountentry",
            constraint=models.CheckConstraint(
                condition=models.Q(action__in=[action for action, _ in ACTIONS]),
                name="account_action_known",
            ),
        ),
        migrations.CreateModel(
            name="PersonalToken",
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
                ("label", models.CharField(max_length=80)),
                ("scope", models.CharField(choices=SCOPES, max_length=5)),
                (
                    "prefix",
                    models.CharField(
                        help_text="For people to tell it by.", max_length=16
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                ("by_sign_on", models.BooleanField(default=False, editable=False)),
                (
                    "made_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("ends_at", models.DateTimeField(editable=False)),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "leaked_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["made_at", "id"], name="personal_tokens_in_lists"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["read", "ask", "write"])),
                        name="personal_token_scope_known",
                    )
                ],
            },
        ),
        never_emptied("evaluations_personaltoken"),
    ]
