"""The matrix as JSON: plain rows, because it may have 100,000 cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from evaltracker.evaluations.choices import Priority
from trials.choices import EvidenceVerdict
from trials.scoring import Standing, rounded
from vendors.choices import Availability, CandidateKind, CandidateState

if TYPE_CHECKING:
    from trials.selectors import Cell, Column, Ledger

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
    standing = serializers.ChoiceField(choices=[(one, one) for one in Standing])
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
    blocked_by = serializers.ListField(
        child=serializers.CharField(), help_text="Refs of must-haves that it fails."
    )


class MatrixOutput(serializers.Serializer[Any]):
    """Every requirement of every candidate that is not eliminated."""

    as_of = serializers.DateField()
    candidates = MatrixCandidateOutput(many=True)
    requirements = MatrixRowOutput(many=True)


def show_matrix(book: Ledger) -> dict[str, Any]:
    """The ledger in the words of the API."""
    return {
        "as_of": book.as_of.isoformat(),
        "candidates": [show_column(book.of(one)) for one in book.candidates],
        "requirements": [
            {
                "ref": one.ref,
                "category": one.category.name,
                "text": one.text,
                "priority": one.priority,
                "weight": one.weight,
                "cells": [show_cell(cell) for cell in book.row(one)],
            }
            for one in book.requirements
        ],
    }


def show_column(column: Column) -> dict[str, Any]:
    """A candidate in the words of the API."""
    value = column.fit.value
    candidate = column.candidate
    return {
        "id": str(candidate.pk),
        "name": candidate.name,
        "kind": candidate.kind,
        "state": candidate.state,
        "fit": None if value is None else str(rounded(value * 100, 1)),
        "blocked_by": [one.key for one in column.knock_outs],
    }


def show_cell(cell: Cell) -> dict[str, Any]:
    """A cell in the words of the API."""
    return {
        "claimed": cell.claimed,
        "shown": cell.shown,
        "tested": cell.tested,
        "standing": str(cell.standing),
        "not_applicable": cell.not_applicable,
        "to_reconfirm": cell.to_reconfirm,
    }
