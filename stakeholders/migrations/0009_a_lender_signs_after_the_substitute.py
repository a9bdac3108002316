from django.db import migrations
from django.db.models import Q, UniqueConstraint

from evaltracker.toolbox.migrating import AddConstraintOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("stakeholders", "0008_role_name_of_sign_offs")]
    operations = [
        AddConstraintOnline(
            "signoff",
            UniqueConstraint(
                fields=("visit", "round", "rule", "document", "on_behalf_of"),
                condition=Q(on_behalf_of__isnull=False),
                name="sign_off_once_by_a_substitute",
            ),
        ),
        # Last, so that there is never none of both.
        migrations.RemoveConstraint("signoff", "sign_off_once_for_the_same_person"),
    ]
