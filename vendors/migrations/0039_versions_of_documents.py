from django.db import migrations, models

from evaltracker.toolbox.migrating import (
    AddColumn,
    AddConstraintOnline,
    append_only,
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("vendors", "0038_support_statements"),
    ]

    operations = [
        AddColumn(
            model_name="publisheddocument",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        AddColumn(
            model_name="publisheddocument",
            name="facts",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AlterField(
            model_name="publisheddocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("letter", "Letter"),
                    ("promises", "Promise record"),
                    ("annex", "Annex of promises"),
                ],
                max_length=20,
            ),
        ),
        # AddConstraintOnline takes the former one away itself.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="publisheddocument",
                    name="published_document_once",
                ),
            ]
        ),
        AddConstraintOnline(
            model_name="publisheddocument",
            constraint=models.UniqueConstraint(
                fields=("candidate", "kind", "version"),
                name="published_document_once",
            ),
        ),
        AddConstraintOnline(
            model_name="publisheddocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("version", 1), ("kind", "annex"), _connector="OR"),
                name="published_document_annex_has_versions",
            ),
        ),
        append_only("vendors_publisheddocument"),
    ]
