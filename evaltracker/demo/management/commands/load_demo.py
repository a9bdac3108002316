"""Load the demo evaluations through the services that everybody uses."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from evaltracker.decision.services.draws import keep_moved_draws
from evaltracker.demo.people import LOGINS, PASSWORD, make_people
from evaltracker.demo.purchases import SLUGS, load, vendor_link
from evaltracker.evaluations.models import Evaluation


class Command(BaseCommand):
    help = "Load the demo evaluations and their people (in the demo only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo's people have a password that everybody can read, so it is "
                "loaded only with DEMO=1. Start ./dev demo for it."
            )
        with transaction.atomic():
            people = make_people()
            for slug in SLUGS:
                if Evaluation.objects.filter(slug=slug).exists():
                    continue
                self.stderr.write(f"Loading {slug} …")
                load(slug, people)
            # So that the first page that is opened says how sure the first place is.
            keep_moved_draws()
        self.stdout.write("Sign in as one of these; the password of all is")
        self.stdout.write(f"  {PASSWORD}\n\n")
        for login in LOGINS:
            self.stdout.write(f"  {login.username:<12} {login.what}")
        self.stdout.write(f"\nAnswer as KNIME, a vendor:\n  {vendor_link()}")
