"""How far the first place rests on the weights that were agreed, as plain JSON."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from evaltracker.workflow.memo.cells import credits_of
from evaltracker.workflow.memo.certainty import Draws, draw_all, race_of
from evaltracker.workflow.memo.counting import Counted, category_weights, share_text
from stakeholders.choices import Role
from trials.scoring.buy_in import fit_by_category, picks
from trials.scoring.contenders import Field, contender, field_of
from trials.scoring.draws import DRAWS, SEED, winning_shares
from trials.scoring.robustness import Flip, nearest_flip, ranking, smallest_flip
from trials.scoring.what_if import proofs_to_lead

# Who can be chosen, and so come first or second.
CHOOSABLE = ("shortlisted", "chosen")


def weigh(
    inputs: dict[str, Any], counted: Sequence[Counted], draws: Draws = draw_all
) -> dict[str, Any]:
    """Who is first, how surely, what would change it, and whom each role would pick.

    Weighed are those who can be chosen and are not knocked out. Until the consensus is
    open, people's scores are nobody's to see and so play no part: `basis` is then the
    fit alone. `untold` says why there is nothing to say, blank if there is.

    From formula 3 on `certainty` counts what nobody has tested, too; `draws` finds the
    draws, and where it has none yet `certainty` and every `wins` are None.
    """
    running = [
        option
        for option in counted
        if option.candidate["state"] in CHOOSABLE and not option.knock_outs
    ]
    people = bool(inputs["consensus"])
    field = field_between(inputs, running, people=people)
    if why := untold(field, running):
        return {"untold": why}
    wins: dict[str, str | None]
    certainty: dict[str, Any] = {}
    if "certainty" in inputs:
        found = draws(race_of(inputs, field))
        certainty = {"certainty": found}
        wins = found["wins"] if found else {}
    else:
        shares = winning_shares(field)
        wins = {key: share_text(share) for key, share in shares.items()}
    flip = smallest_flip(field)
    return {
        "untold": "",
        "basis": "total" if people else "fit",
        "draws": DRAWS,
        "seed": SEED,
        "ranking": [
            {
                "id": candidate_row.key,
                "total": share_text(candidate_row.total),
                "rank": candidate_row.rank,
                "wins": wins.get(candidate_row.key),
            }
            for candidate_row in ranking(field)
        ],
        **certainty,
        "smallest": flip and flip_of(flip),
        "second": second(inputs, running, field),
        "roles": role_picks(inputs, running),
    }


def field_between(
    inputs: dict[str, Any], running: Sequence[Counted], *, people: bool
) -> Field:
    """The candidates by category, by the evidence alone or with people's scores."""
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    evidence = {row["name"]: Decimal(0) for row in inputs["categories"]}
    for row in inputs["requirements"]:
        evidence[row["category"]] += Decimal(row["weight"])
    share = Decimal(inputs["brief"]["evidence_share"]) if people else Decimal(1)
    return field_of(
        [
            contender(
                option.candidate["id"],
                list(evidence),
                option.fit.rows,
                category_of,
                option.people.rows if people else (),
            )
            for option in running
        ],
        evidence,
        category_weights(inputs),
        share,
    )


def untold(field: Field, running: Sequence[Counted]) -> str:
    """Why no first place is told yet, or blank."""
    if not any(option.fit.judged for option in running):
        return "unproven"
    return "" if len(field.contenders) > 1 else "alone"


def second(
    inputs: dict[str, Any], running: Sequence[Counted], field: Field
) -> dict[str, Any] | None:
    """What would have to be true for the runner-up to win; None if none is behind."""
    ranked = ranking(field)
    best = ranked[0].total
    behind = [place for place in ranked if place.total < best]
    if not behind:
        return None
    key = behind[0].key
    rows = next(option.fit.rows for option in running if option.candidate["id"] == key)
    flip = nearest_flip(field, key)
    proofs = proofs_to_lead(
        rows, best - behind[0].total, field.share, credits_of(inputs).trial_holds
    )
    return {
        "id": key,
        "behind": share_text(best - behind[0].total),
        "flip": flip and flip_of(flip),
        "proofs": None if proofs is None else list(proofs),
    }


def flip_of(flip: Flip) -> dict[str, Any]:
    """A change of one category's weight; parts of the total that it decides."""
    return {
        "id": flip.key,
        "category": flip.category,
        "before": share_text(flip.before),
        "after": share_text(flip.after),
    }


def role_picks(
    inputs: dict[str, Any], running: Sequence[Counted]
) -> list[dict[str, Any]]:
    """Whom each role's own weights would pick from the evidence; equal ones all.

    Only roles that have weighed every category that is scored.
    """
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    scored = [name for name, weight in category_weights(inputs).items() if weight]
    fits = {
        option.candidate["id"]: fit_by_category(option.fit.rows, category_of)
        for option in running
    }
    found = []
    # In one order, whatever the database made of that of the keys.
    for role in Role.values:
        weights = inputs["role_weights"].get(role)
        if weights is None or any(name not in weights for name in scored):
            continue
        ranked = picks(fits, weights)
        best = [pick for pick in ranked if pick.fit == ranked[0].fit]
        later = ranked[len(best) :]
        found.append(
            {
                "role": role,
                "ids": [pick.key for pick in best],
                "fit": share_text(best[0].fit) if best else None,
                "lead": share_text(best[0].fit - later[0].fit) if later else None,
            }
        )
    return found
