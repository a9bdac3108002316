"""Links of before learn the address that they were made for.

Those of removed contacts end, as they do from now on when somebody is removed. Back,
one link of each contact stays, and what is over opens nothing there either.
"""

import hashlib
import secrets
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AT_ONCE = 500


def give_addresses(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    links: Any = apps.get_model("vendors", "InvitationLink").objects
    blank = list(links.filter(address="").values_list("pk", flat=True))
    for start in range(0, len(blank), AT_ONCE):
        batch = links.filter(pk__in=blank[start : start + AT_ONCE])
        batch = list(batch.select_related("contact"))
        for link in batch:
            link.address = link.contact.email.lower()
            if link.contact.removed_at:
                link.ended_at, link.why = link.contact.removed_at, "removed"
        links.bulk_update(batch, ["address", "ended_at", "why"])


def keep_one(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    Link, Code, Session = (
        apps.get_model("vendors", name)
        for name in ("InvitationLink", "SignInCode", "VendorSession")
    )
    links: Any = Link.objects
    kept: dict[Any, Any] = {}
    # The living come last, before them turned ones; of each the newest.
    rows = sorted(
        links.values("pk", "candidate", "contact", "ended_at", "turned_at", "made_at"),
        key=lambda row: (not row["ended_at"], not row["turned_at"], row["made_at"]),
    )
    for row in rows:
        kept[row["candidate"], row["contact"]] = row
    for row in rows:
        stays = kept[row["candidate"], row["contact"]]
        with transaction.atomic():
            if row is not stays:
                Session.objects.filter(link=row["pk"]).update(link=stays["pk"])
                Code.objects.filter(link=row["pk"]).delete()
                links.filter(pk=row["pk"]).delete()
            elif row["ended_at"] or row["turned_at"]:
                dead = hashlib.sha256(secrets.token_bytes()).hexdigest()
                links.filter(pk=row["pk"]).update(digest=dead)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("vendors", "0027_one_live_link"),
    ]
    operations = [migrations.RunPython(give_addresses, keep_one)]
