from django.db import migrations, models

from evaltracker.toolbox.migrating import AddConstraintOnline, AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("vendors", "0026_links_that_turn"),
    ]

    operations = [
        AddIndexOnline(
            model_name="invitationlink",
            index=models.Index(
                condition=models.Q(
                    ("turn_marked_at__isnull", False), ("turned_at__isnull", True)
                ),
                fields=["turn_marked_at"],
                name="invitation_link_to_turn",
            ),
        ),
        AddConstraintOnline(
            model_name="invitationlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("turned_at__isnull", True),
                        ("why", ""),
                    ),
                    models.Q(
                        models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("turned_at__isnull", True)
                            ),
                            ("why", ""),
                            _connector="OR",
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="invitation_link_over_says_why",
            ),
        ),
        AddConstraintOnline(
            model_name="invitationlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("turned_at__isnull", True)
                ),
                fields=("candidate", "contact"),
                name="invitation_link_one_live",
            ),
        ),
        # Last, so that there is never none of both.
        migrations.RemoveConstraint(
            model_name="invitationlink",
            name="invitation_link_once",
        ),
    ]
