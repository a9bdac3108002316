"""`issue_token VENDOR`: a key to the vendor API, shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaltracker.errors import Problem
from evaltracker.evaluations.journal import SYSTEM
from vendors.models import Vendor
from vendors.services.access import issue_token


class Command(BaseCommand):
    help = "Issue a token for the vendor API; it is the last line, and shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("vendor", help="the vendor's slug")
        parser.add_argument("--label", default="", help="to tell this token by")

    def handle(self, *args: Any, **options: Any) -> None:
        vendor = Vendor.objects.filter(slug=options["vendor"]).first()
        if vendor is None:
            known = ", ".join(Vendor.objects.values_list("slug", flat=True)[:20])
            raise CommandError(
                f"There is no vendor “{options['vendor']}”. Known: {known or 'none'}."
            )
        try:
            token, secret = issue_token(
                vendor=vendor, label=options["label"], by=SYSTEM
            )
        except Problem as problem:
            raise CommandError(problem.sentence) from problem
        self.stdout.write(
            f"Token {token.prefix} for {vendor.name}. Keep it now: only a digest of "
            "it is stored."
        )
        self.stdout.write(secret)
