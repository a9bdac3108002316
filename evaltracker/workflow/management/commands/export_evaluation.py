"""`manage.py export_evaluation EVALUATION [--format F] [--paper P] [-o FILE]`."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.decision.memo.documents import PAPERS
from evaltracker.decision.memo.pack import memo_as
from evaltracker.decision.models import Decision
from evaltracker.decision.services.exports import FORMS as WHOLE
from evaltracker.decision.services.exports import export_whole
from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.files import write_whole
from evaltracker.workflow.management.commands.verify_journal import evaluation_of
from evaltracker.workflow.services.stages import compile_memo

FORMATS = ("json", "ocds", "memo", "xlsx", "pdf", "md", "docx")
BINARY = {"pdf", "xlsx", "docx"}


class Command(BaseCommand):
    """The whole evaluation (json, ocds), or its memo with what it rests on (others).
    The frozen memo once it is decided, else as things stand. It holds scores and
    prices: it is a command of the operator, and keeps nothing sealed."""

    help = "Write an evaluation, or its memo, inputs and results, into a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", help="its slug")
        parser.add_argument("--format", choices=FORMATS, default="json")
        parser.add_argument(
            "--paper", choices=sorted(PAPERS), default="a4", help="of a pdf"
        )
        parser.add_argument("-o", "--output", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        evaluation = evaluation_of(options["evaluation"])
        form = options["format"]
        path = options["output"]
        if path is None and form in BINARY:
            raise CommandError(f"A {form} needs a file: add -o FILE.{form}.")
        try:
            content = exported(evaluation, form, options["paper"])
        except Problem as problem:
            raise CommandError(problem.sentence) from problem
        if path is None:
            sys.stdout.buffer.write(content)
            return
        try:
            if path.is_file() or not path.exists():
                write_whole(path, [content])
            else:  # a terminal, a pipe
                path.write_bytes(content)
        except OSError as error:
            raise CommandError(
                f"“{path}” cannot be written: {error.strerror}."
            ) from error
        self.stderr.write(f"Wrote {path} ({len(content):,} bytes).")


def exported(evaluation: Evaluation, form: str, paper: str) -> bytes:
    if form in WHOLE:
        return export_whole(evaluation=evaluation, form=form)
    decision = (
        Decision.objects.filter(evaluation=evaluation, decided_at__isnull=False)
        .select_related("decided_by")
        .first()
    )
    if decision:
        memo = decision.memo
    else:
        memo = compile_memo(evaluation)
    if form != "memo":
        return memo_as(form, evaluation, memo, decision, paper)
    text = json.dumps(memo, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()
