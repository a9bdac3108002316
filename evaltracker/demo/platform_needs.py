"""What the buyer of “Choose an ML platform” needs: requirements, controls, weights."""

from evaltracker.demo.files import read_controls, read_csv
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Category, Evaluation, Metric
from evaltracker.measures import read_measure
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.demands import demand
from evaltracker.requirements.services.requirements import add_metric, add_requirement

# The matrix gives neither weight nor priority: these are the made-up buyer's own.
PRICE_REASON = "It asks how the price is made up, not how high it is."
WEIGHTS = {
    "Product Focus": 0,
    "Recent Activity": 0,
    "Pricing": 2,
    "Data Preparation": 5,
    "Model Training": 8,
    "Model Deployment": 10,
    "Scaling Predictions": 8,
    "Model Performance and Basic Monitoring": 8,
    "Data and Insights Monitoring": 6,
    "Model Governance": 7,
    "Data Governance": 7,
    "Continuous Delivery": 7,
    "Collaboration Features": 6,
    "Self-install Support": 6,
    "Cloud/SaaS Support": 4,
}
SECURITY_WEIGHT = 8
# What each must-have moves; a duty moves no metric and says so.
MUSTS = {
    "R06.2": "Time from a trained model to production",
    "R08.1": "Incidents found by customers before us",
    "R10.1": "Time from a trained model to production",
    "R14.1": "Time from a trained model to production",
}
# The lists of the brief for whose every value it has to hold.
HELD_AGAINST = {"R05.1": ("Runs on", "Languages"), "R06.1": ("Runs on",)}
# The number that decides, where there is one.
MEASURES = {
    "R06.2": "p95 latency at most 20 ms, tolerance 2 ms",
    "R07.1": "mean throughput at least 500 requests/s, tolerance 50 requests/s",
    "R07.2": "p99 latency at most 50 ms",
    "R12.2": "median promotion at most 30 min",
}
SECURITY_MUSTS = ("MVSP-2.1", "MVSP-2.2", "MVSP-2.8", "MVSP-3.4")
METRICS = (
    (
        "Time from a trained model to production",
        "11 weeks",
        "2 weeks",
        "Median over the models of a quarter, from the release log",
    ),
    (
        "Incidents found by customers before us",
        "9 a quarter",
        "2 a quarter",
        "Incident log, field “found by”",
    ),
    ("Models that a team can run by itself", "3", "20", "Count in the registry"),
)


def write_requirements(evaluation: Evaluation) -> None:
    """The 32 sub-requirements of the matrix and the 25 controls of the MVSP."""
    lead = evaluation.owner
    metrics = {
        name: add_metric(
            evaluation=evaluation,
            name=name,
            baseline=baseline,
            target=target,
            how_measured=how,
            by=lead,
        )
        for name, baseline, target, how in METRICS
    }
    categories: dict[str, Category] = {}
    for row in read_csv("ml_platform_requirements.csv"):
        name = row["category"]
        if name not in categories:
            categories[name] = add_category(
                evaluation=evaluation,
                name=name,
                weight=WEIGHTS[name],
                price_reason=PRICE_REASON,
                by=lead,
            )
        must = row["sub_id"] in MUSTS
        add_requirement(
            evaluation=evaluation,
            category=categories[name],
            ref=row["sub_id"],
            text=name if row["topic"] == name else f"{name}: {row['topic']}",
            priority=Priority.MUST if must else Priority.SHOULD,
            weight=WEIGHTS[name],
            metric=metrics[MUSTS[row["sub_id"]]] if must else None,
            measure=read_measure(MEASURES.get(row["sub_id"], "")),
            by=lead,
        )
    hold_against_lists(evaluation)
    write_controls(evaluation, metrics)


def hold_against_lists(evaluation: Evaluation) -> None:
    """Which of them must hold for the lists of the brief."""
    for ref, names in HELD_AGAINST.items():
        demand(
            requirement=evaluation.requirements.get(ref=ref),
            scopes=list(evaluation.scopes.filter(name__in=names)),
            by=evaluation.owner,
        )


def write_controls(evaluation: Evaluation, metrics: dict[str, Metric]) -> None:
    """The security baseline; four of it are must-haves of this buyer."""
    lead = evaluation.owner
    categories: dict[str, Category] = {}
    for control in read_controls():
        if control.group not in categories:
            categories[control.group] = add_category(
                evaluation=evaluation,
                name=control.group,
                weight=SECURITY_WEIGHT,
                by=lead,
            )
        must = control.ref in SECURITY_MUSTS
        add_requirement(
            evaluation=evaluation,
            category=categories[control.group],
            ref=control.ref,
            text=control.text,
            priority=Priority.MUST if must else Priority.COULD,
            weight=SECURITY_WEIGHT if must else 2,
            metric_excuse="A duty of our security policy." if must else "",
            by=lead,
        )
