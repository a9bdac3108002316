import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0028_different_people"),
        ("stakeholders", "0006_salts_of_role_weights"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleName",
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
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_names",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "role"), name="role_named_once"
                    ),
                    models.UniqueConstraint(
                        models.F("evaluation"),
                        django.db.models.functions.text.Lower("name"),
                        name="role_name_once",
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
                        name="role_name_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="role_name_said",
                    ),
                ],
            },
        ),
    ]
