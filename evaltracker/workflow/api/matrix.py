"""The matrix as JSON: what `trials.selectors.matrix_json` writes, described."""

from typing import Any

from rest_framework import serializers

from evaltracker.evaluations.choices import Priority
from trials.choices import EvidenceVerdict
from trials.scoring import Standing
from vendors.choices import Availability, CandidateKind, CandidateState

VERDICTS = ", ".join(EvidenceVerdict)


class CellOutput(serializers.Serializer[Any]):
    """What a candidate claimed of a requirement, and what was seen of it."""

    claimed = serializers.ChoiceField(choices=[("", "Nothing"), *Availability.choices])
    shown = serializers.CharField(
        allow_blank=True, help_text=f"The verdict of a demo: {VERDICTS}, or blank."
    )
    tested = serializers.CharField(
        allow_blank=True, help_text=f"The verdict of a trial: {VERDICTS}, or blank."
    )
    standing = serializers.ChoiceField(
        choices=[(standing, standing) for standing in Standing]
    )
    not_applicable = serializers.BooleanField()
    to_reconfirm = serializers.BooleanField(
        help_text="Whether the requirement changed after it was answered."
    )


class MatrixRowOutput(serializers.Serializer[Any]):
    """A requirement, with a cell per candidate in their order."""

    ref = serializers.CharField()
    category = serializers.CharField()
    text = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    weight = serializers.IntegerField()
    cells = CellOutput(many=True)


class MatrixCandidateOutput(serializers.Serializer[Any]):
    """A candidate, with what its column comes to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CandidateKind.choices)
    state = serializers.ChoiceField(choices=CandidateState.choices)
    fit = serializers.CharField(
        allow_null=True, help_text="In percent; null while nothing is scored."
    )
    asked = serializers.IntegerField(help_text="Scored requirements that apply.")
    answered = serializers.IntegerField(help_text="Of the asked.")
    shown = serializers.IntegerField(help_text="Of the answered, judged by a demo.")
    tested = serializers.IntegerField(help_text="Of the answered, judged by a trial.")
    researched = serializers.IntegerField(
        help_text="Of the answered, backed by independent research; neither of both."
    )
    blocked_by = serializers.ListField(
        child=serializers.CharField(), help_text="Refs of must-haves that it fails."
    )


class NumberOutput(serializers.Serializer[Any]):
    """A number with its unit; nothing of it where none was claimed."""

    value = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)


class MeasuredOutput(serializers.Serializer[Any]):
    """What the runs of a confirmed verdict came to, in the unit of its measure."""

    measure = serializers.DictField(
        help_text="As it was when they were counted; empty for tests."
    )
    value = serializers.CharField(allow_blank=True, help_text="Blank for tests.")
    n = serializers.IntegerField(help_text="How many runs were counted.")
    failed = serializers.IntegerField(
        required=False, help_text="How many tests failed; only of tests."
    )
    named = serializers.CharField(
        allow_blank=True, help_text="The values of the brief's lists that it is for."
    )


class CellNumbersOutput(serializers.Serializer[Any]):
    """The numbers of one cell."""

    ref = serializers.CharField()
    candidate = serializers.UUIDField()
    asked = serializers.DictField(help_text="The measure of the requirement.")
    claimed = NumberOutput()
    measured = MeasuredOutput(many=True)


class MatrixOutput(serializers.Serializer[Any]):
    """Every requirement of every candidate that is not eliminated."""

    as_of = serializers.DateField()
    candidates = MatrixCandidateOutput(many=True)
    numbers = CellNumbersOutput(
        many=True,
        help_text="Of cells in which a number was claimed or runs were confirmed.",
    )
    requirements = MatrixRowOutput(many=True)
