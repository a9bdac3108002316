"""Who reads quotes of before readers were named: the addresses that had a link when a
revision was handed in, as they were then."""

import datetime
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q


def address_at(apps: Apps, contact: Any, moment: datetime.datetime) -> str:
    """What the address was at that moment: the first change since tells it."""
    changes = apps.get_model("evaluations", "Entry").objects.filter(
        action="contact.changed", subject_id=str(contact.pk), at__gt=moment
    )
    for before in changes.order_by("at", "number").values_list("before", flat=True):
        if before.get("email"):
            return str(before["email"]).lower()
    return str(contact.email).lower()


def name_readers(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Quote by quote; it may be repeated."""
    Link: Any = apps.get_model("vendors", "InvitationLink")
    Reader: Any = apps.get_model("vendors", "QuoteReader")
    for quote in apps.get_model("vendors", "Quote").objects.iterator():
        links = Link.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=quote.handed_in_at),
            candidate=quote.candidate_id,
            made_at__lte=quote.handed_in_at,
        )
        addresses = {
            address_at(apps, link.contact, quote.handed_in_at)
            for link in links.select_related("contact")
        }
        readers = [
            Reader(
                candidate_id=quote.candidate_id,
                quote=quote,
                email=address,
                named_at=quote.handed_in_at,
            )
            for address in sorted(addresses)
        ]
        Reader.objects.bulk_create(readers, ignore_conflicts=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("evaluations", "0026_large_imports"),
        ("vendors", "0029_readers_of_quotes"),
    ]
    operations = [migrations.RunPython(name_readers, migrations.RunPython.noop)]
