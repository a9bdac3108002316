"""Where every act, page and list of the site stands, at something that is there."""

from typing import Any

from django.urls import reverse

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import GRIDS, grid_address
from evaltracker.pages.site import site
from tests.rights.table import ELSEWHERE, GRID_AT, ON_PLACE
from tests.rights.world import (
    FURTHER,
    MAIN,
    attached,
    awaited,
    discussed,
    place,
    scored_cell,
    target_of,
)


def address(name: str) -> str:
    """The page of an act."""
    if name in ON_PLACE:
        return reverse("admin:act_on", args=[name, place()])
    if name == "settle-score":
        return reverse("admin:act_on", args=[name, scored_cell()])
    if name == "remind-colleague":
        return reverse("admin:act_on", args=[name, awaited()])
    if name == "attach-files":
        return reverse("admin:act_on", args=[name, attached()])
    if name == "discuss":
        return reverse("admin:act_on", args=[name, discussed()])
    target = target_of(ACTS[name])
    return (
        reverse("admin:act_on", args=[name, target])
        if target
        else reverse("admin:act", args=[name])
    )


def page_addresses() -> dict[str, str]:
    """Every page of the site by name, at something that is there."""
    main = Evaluation.objects.get(slug=MAIN)
    trial = Evaluation.objects.get(slug="gpu-training")
    decided = Evaluation.objects.get(slug="automated-renewals")
    candidate = main.candidates.get(name="Databricks")
    finalist = trial.candidates.get(name="Azure Machine Learning")
    given = decided.visits.exclude(sign_offs=None)[0].sign_offs.all()[0]
    details: dict[str, list[object]] = {
        "candidate": [candidate.pk],
        "candidate_costs": [candidate.pk],
        "own_answers": [main.candidates.get(name="Build in-house").pk],
        "cell": [candidate.pk, main.requirements.get(ref="R06.2").pk],
        "demo": [finalist.demos.get().pk],
        "demo_script": [finalist.demos.get().pk],
        "demo_calendar": [finalist.demos.get().pk],
        "trial": [finalist.trials.get().pk],
        "trial_runs": [finalist.trials.get().pk],
        "run_token": [finalist.trials.get().pk],
        "receipt": [given.pk],
        "document": [given.document_id],
        "issue_token": [candidate.vendor_id],
        "way_in": [candidate.pk],
        "answer_sheet": [candidate.pk],
        "working": [main.slug, candidate.pk],
        "memo": [decided.slug],
        "memo_md": [decided.slug],
        "memo_docx": [decided.slug],
        "memo_pdf": [decided.slug],
        "memo_xlsx": [decided.slug],
        "evaluation_annex": [decided.slug],
        "evaluation_annex_pdf": [decided.slug],
        "help": ["lead"],
        "help_picture": ["workspace.png"],
        "index": [],
        "my_account": [],
        "my_calendar": [],
        "my_notices": [],
        "my_tokens": [],
        "news": [],
        "search": [],
    }
    return {
        name: reverse(f"admin:{name}", args=details.get(name, [MAIN]))
        for name in site._pages
        if name not in ELSEWHERE
    }


def grid_subject(name: str) -> Any:
    """What a grid is about, in the main purchase or in the one that is further on."""
    grid = GRIDS[name]
    if grid.model is Evaluation:
        return Evaluation.objects.get(slug=GRID_AT.get(name, MAIN))
    if name == "own-answers":
        return Evaluation.objects.get(slug=MAIN).candidates.get(name="Build in-house")
    manager: Any = grid.model._default_manager
    path = getattr(grid.model, "evaluation_path", "evaluation")
    rows = manager.filter(**{f"{path}__slug": MAIN})
    return rows.first() or manager.filter(**{f"{path}__slug": FURTHER}).first()


def grid_addresses() -> dict[str, str]:
    """Every grid by name, at something that is there."""
    return {name: grid_address(name, grid_subject(name)) for name in GRIDS}


def list_addresses() -> dict[str, str]:
    """Every list by the name of its model."""
    return {
        model._meta.model_name or "": reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        )
        for model in site._registry
    }
