"""A world in which every act and every page has something to act on.

The demo's purchases, through their services, and by hand the few things that they do
not have: a proposal, an interest, a condition, a substitution, a ruling, a token.
"""

import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM, Actor
from evaltracker.evaluations.models import (
    AttachedFile,
    Comment,
    Evaluation,
    PersonalToken,
    User,
)
from evaltracker.evaluations.topic_types import TOPICS, key_of
from evaltracker.notices.kinds import TYPES
from evaltracker.notices.services.webhooks import add_webhook, new_webhook_secret
from evaltracker.pages.acts import Act
from evaltracker.requirements.services.templates import (
    add_brief_field,
    save_as_template,
)
from evaltracker.talk.services import add_comment
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.services.annex import add_annex_line, promisor
from evaltracker.workflow.services.proposed_actions import ask
from evaltracker.workflow.services.sign_offs import ask_for_waiver, askable_gates
from evaltracker.workflow.services.stages import answer_waiver_request
from stakeholders.services.people import delegate
from stakeholders.services.sign_offs import ConditionAsked
from tests.clients import program
from tests.factories import common
from tests.factories.demo import everybody, purchases
from tests.factories.workflow import sign_as
from tests.fixture_cache import shared_world
from tests.imported import take_in
from tests.rights.visits import asks_for_a_colleague
from tests.talk.attaching import attach
from tests.trials.runs.posting import report_test
from trials.models import Trial
from trials.services.evidence import excuse_knock_out
from trials.services.runs import make_run_token
from trials.services.trials import record_gap
from vendors.models import Conflict, Contact, Vendor, VendorToken
from vendors.services.access import issue_token
from vendors.services.candidates import declare_conflict
from vendors.services.claims import rule_not_applicable
from vendors.services.dialogue import propose_requirement

# Where most acts find their target; the purchase of the brief.
MAIN = "ml-platform"
# Where the others do: it is further on, and everybody has said what they have to.
FURTHER = "gpu-training"


def shared(folder: Path) -> dict[str, User]:
    """The world, made by one worker of a run for all: the demo first, which others
    begin with, too."""
    shared_world(purchases, folder)
    return shared_world(build, folder)


def build() -> dict[str, User]:
    """Everybody of the demo, and a stranger; the rest is in the database."""
    people = everybody()
    people["stranger"] = common.noor()
    main = Evaluation.objects.get(slug=MAIN)
    take_in("claims", main, "ref,candidate,statement\nR06.2,H2O,By REST.\n")
    candidate = main.candidates.get(name="Databricks")
    part = main.stakeholders.get(role="it")
    propose_requirement(
        candidate=candidate,
        category=main.categories.all()[0],
        text="GPU quotas per team",
        reason="Everybody forgets them.",
        by=Actor(name="Databricks by API"),
    )
    declare_conflict(
        candidate=candidate,
        has_interest=True,
        statement="I own shares.",
        by=part.user,
    )
    rule_not_applicable(
        candidate=candidate,
        requirement=main.requirements.get(ref="R03.1"),
        reason="Bought as a service.",
        by=main.owner,
    )
    excuse_knock_out(
        candidate=main.candidates.get(name="Stay as is"),
        requirement=main.requirements.get(ref="R06.2"),
        reason="It is what we have.",
        by=main.owner,
    )
    today = timezone.localdate()
    delegate(
        stakeholder=part,
        substitute=people["engineering"],
        starts_on=today,
        ends_on=today + datetime.timedelta(days=3),
        by=part.user,
    )
    vendor = Vendor.objects.get(name="Databricks")
    issue_token(vendor=vendor, label="bid desk", by=SYSTEM)
    program(main.owner)
    asks_for_a_colleague(main.candidates.get(vendor=vendor))
    sign_as(
        Evaluation.objects.get(slug="data-catalogue"),
        "it",
        "conditions",
        by=people["it"],
        reason="Once the brief is whole.",
        conditions=[
            ConditionAsked(
                "Name the regions", main.owner, today + datetime.timedelta(days=3)
            )
        ],
    )
    attach("brief", main, "policy.txt")
    asked = main.requirements.get(ref="R06.2")
    subject = TOPICS["requirement"].find(main.owner, asked.pk)
    assert subject is not None
    add_comment(
        subject=subject,
        text="Is this a must?",
        mentions=[people["it"]],
        by=main.owner,
    )
    ask_lead(main)
    ask_leadership(main, people)
    add_webhook(
        evaluation=main,
        url="https://hooks.example.com/events",
        types=[*TYPES],
        secret=new_webhook_secret(),
        by=main.owner,
    )
    add_brief_field(evaluation=main, label="Experiments a month", by=main.owner)
    save_as_template(evaluation=main, title="Ours", by=main.owner)
    reported(Evaluation.objects.get(slug=FURTHER))
    renewed = Evaluation.objects.get(slug="automated-renewals")
    add_annex_line(
        candidate=promisor(renewed), words="Mends the plan.", by=renewed.owner
    )
    return people


def reported(where: Evaluation) -> None:
    """A gap and runs of a trial that its owner leads, by a token of theirs."""
    trials = Trial.objects.filter(candidate__evaluation=where, lead=where.owner)
    trial = trials.select_related("candidate__evaluation__owner", "lead")[0]
    record_gap(
        trial=trial,
        severity="challenge",
        text="Logs end at 30 days.",
        found_on=trial.starts_on,
        by=where.owner,
    )
    token, _ = make_run_token(trial=trial, by=where.owner)
    report_test(token)


def ask_lead(main: Evaluation) -> None:
    """Something that a program of the lead's asks of the lead."""
    ask(
        token=PersonalToken.objects.get(person=main.owner),
        act="close-claims",
        target_id=str(main.pk),
        evaluation=main,
        fields={},
    )


def ask_leadership(main: Evaluation, people: dict[str, User]) -> None:
    """A waiver that waits for leadership, and elsewhere one that it declined."""
    ask_about(main)
    answer_waiver_request(
        waiver_request=ask_about(Evaluation.objects.get(slug=FURTHER)),
        answer="declined",
        reason="Sign first.",
        by=people["leadership"],
    )


def ask_about(where: Evaluation) -> WaiverRequest:
    """A rule that everybody may read of, on which others wait."""
    open_to_all = (it for it in askable_gates(where, where.owner) if not it.tells)
    return ask_for_waiver(
        evaluation=where,
        gate=next(open_to_all).name,
        reason="The board meets on Monday.",
        by=where.owner,
    )


def target_of(act: Act[Any]) -> str:
    """The id of something to act on, in the main purchase if there is one.

    Else in the one that is further on: rows of several have no order among them.
    """
    if act.model is None:
        return ""
    manager: Any = act.model._default_manager
    if act.model is Evaluation:
        return str(manager.get(slug=MAIN).pk)
    if act.model is Vendor:
        return str(manager.get(name="Databricks").pk)
    if act.model is User:
        return str(manager.get(username="lead").pk)
    # Of declarations the one that bars somebody: nobody clears their own.
    rows = manager.barring() if act.model is Conflict else manager.all()
    path = getattr(act.model, "evaluation_path", "")
    if path and act.model not in (Contact, VendorToken):
        rows = (
            rows.filter(**{f"{path}__slug": MAIN})
            or rows.filter(**{f"{path}__slug": FURTHER})
            or rows
        )
    return str(rows[0].pk)


def place() -> str:
    """The id of a cell that the owner noted, for acts on a candidate's requirement."""
    main = Evaluation.objects.get(slug=MAIN)
    candidate = main.candidates.get(name="Pachyderm")
    return f"{candidate.pk}.{main.requirements.get(ref='R06.2').pk}"


def scored_cell() -> str:
    """The id of a candidate in a category, for acts on what people scored."""
    main = Evaluation.objects.get(slug=MAIN)
    candidate = main.candidates.get(name="Databricks")
    return f"{candidate.pk}.{main.categories.all()[0].pk}"


def awaited() -> str:
    """The id of somebody's scores, for the act that reminds them."""
    main = Evaluation.objects.get(slug=MAIN)
    return f"scores.{main.pk}.{main.stakeholders.get(role='devops').user_id}"


def attached() -> str:
    """The id of what a file is attached to, for the act that shows and adds some."""
    file = AttachedFile.objects.filter(evaluation__slug=MAIN).earliest("uploaded_at")
    return key_of(file.topic, file.subject_id)


def discussed() -> str:
    """The id of what is discussed, for the act that shows and adds comments."""
    comment = Comment.objects.get(evaluation__slug=MAIN)
    return key_of(comment.topic, comment.subject_id, comment.part)
