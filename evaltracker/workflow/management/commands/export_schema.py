"""`manage.py export_schema > docs/export.schema.json`."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from evaltracker.portable.writing import schema


class Command(BaseCommand):
    """The format of a whole evaluation, as docs/export.schema.json holds it."""

    help = "Write the JSON Schema of the files that export_evaluation writes."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=1))
