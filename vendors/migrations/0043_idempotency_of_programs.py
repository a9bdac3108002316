from django.db import migrations, models
from django.db.models import PROTECT

from evaltracker.toolbox.migrating import AddColumn, AddConstraintOnline, LetBeEmpty


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("evaluations", "0034_personal_tokens"),
        ("vendors", "0042_vendor_events"),
    ]

    operations = [
        LetBeEmpty(
            model_name="idempotencyrecord",
            name="vendor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=PROTECT,
                related_name="idempotency_records",
                to="vendors.vendor",
            ),
        ),
        AddColumn(
            model_name="idempotencyrecord",
            name="token",
            field=models.ForeignKey(
                blank=True,
                # The constraint below brings the index.
                db_index=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="evaluations.personaltoken",
            ),
        ),
        AddConstraintOnline(
            model_name="idempotencyrecord",
            constraint=models.UniqueConstraint(
                fields=("token", "route", "key"), name="idempotency_token_key_once"
            ),
        ),
        AddConstraintOnline(
            model_name="idempotencyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("vendor", None), ("token", None), _connector="XOR"),
                name="idempotency_one_caller",
            ),
        ),
    ]
