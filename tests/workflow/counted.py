"""A memo's inputs written by hand: candidates, two categories, no database."""

from typing import Any

NAMES = ("Acme ML", "Globex ML", "Initech ML", "Umbrella ML")


def claim(verdict: str = "", availability: str = "now", on: str | None = None) -> Any:
    """A cell: a claim, and what a trial found of it."""
    evidence = {
        "source": "trial",
        "verdict": verdict,
        "at": "2026-11-01T09:00:00+00:00",
        "independent": True,
        "judged": None,
    }
    return {
        "claim": {"availability": availability, "available_from": on, "stale": False},
        "evidence": [evidence] if verdict else [],
        "not_applicable": False,
        "excused": False,
    }


def inputs(
    *columns: dict[str, Any], scores: list[list[int]] | None = None, **changes: Any
) -> Any:
    """R1 and R2 in Training, R3 in Security; `columns` are cells by ref."""
    asked = (("R1", "Training", 3), ("R2", "Training", 2), ("R3", "Security", 5))
    return {
        "formula_version": "2",
        "as_of": "2026-11-24",
        "brief": {
            "currency": "USD",
            "budget": "100000",
            "evidence_share": "0.6",
            "credits": {},
            "horizon_months": 36,
            "discount_rate": "0",
            "planning_factor": "1",
            "engineers": None,
            "loaded_hourly_rate": None,
            "working_days": 220,
        },
        "categories": [
            {"name": "Training", "weight": 5},
            {"name": "Security", "weight": 5},
        ],
        "role_weights": {},
        "requirements": [
            {
                "ref": ref,
                "category": category,
                "text": f"It does {ref}",
                "priority": "should",
                "weight": weight,
            }
            for ref, category, weight in asked
        ],
        "candidates": [
            {
                "id": str(place),
                "name": NAMES[place],
                "kind": "buy",
                "state": "shortlisted",
                "state_reason": "",
                "months_to_live": None,
                "hours_saved": None,
                "cells": {
                    ref: column.get(ref, {**claim(), "claim": None})
                    for ref, _, _ in asked
                },
                "scores": [
                    {"category__name": name, "value": value}
                    for name, value in zip(
                        ("Training", "Security"),
                        scores[place] if scores else (),
                        strict=False,
                    )
                ],
                "settled": [] if scores else None,
                "cost_lines": [],
            }
            for place, column in enumerate(columns)
        ],
        "choice": {"candidate": "", "rationale": "", "dissent": "", "revisit_when": ""},
        "consensus": {"outcome": "Agreed"} if scores else None,
        **changes,
    }
