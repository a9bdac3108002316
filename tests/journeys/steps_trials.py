"""Trials: a contract with criteria, verdicts on each, and a gap found and closed."""

import datetime
from email.message import EmailMessage

from django.core.management import call_command

from stakeholders.models import Role
from tests.journeys.people import Walk
from tests.journeys.steps_demos import judge
from tests.journeys.steps_research import FAVOURITE
from tests.journeys.vendor import VendorClient
from tests.smtp_sink import Sink
from trials.services.mails import tell_of_replies


def plan_trial(walk: Walk, musts: list[str]) -> None:
    """The lead plans it, gives it to DevOps, and names what it must reach."""
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Plan a trial: {FAVOURITE}")
    lead.page.get_by_label("Who leads it").select_option(label="Dana Weiss")
    today = datetime.datetime.now(datetime.UTC).date()
    lead.fill(
        starts_on=today.isoformat(),
        workload="Last quarter's demand forecast, from raw data to a live model.",
        environment="A project of its own in our account.",
        data_allowed="Sales without names.",
        people_hours="Dana and Elif, four hours a day.",
        exit_plan="Delete the project, keep the logs.",
    )
    lead.see("30-plan-trial")
    lead.press("Plan")
    lead.reads("The trial is planned.")
    for number, ref in enumerate(musts):
        if number:
            lead.unfold("#page-actions > .et-more")
        lead.follow("Add a criterion")
        choice = lead.form.locator("select[name=requirement]")
        option = choice.locator("option").filter(has_text=ref).first
        choice.select_option(option.get_attribute("value") or "")
        lead.fill(text=f"{ref} by ourselves, without help", threshold="Within an hour")
        lead.press("Add")
        lead.reads("The criterion is added.")


def agree(walk: Walk) -> None:
    """The terms are sent, every role agrees, and a date is set."""
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}")
    lead.follow("Send the terms for approval")
    lead.see("31-propose")
    lead.press("Send for approval")
    for role in Role.values[:5]:
        person = walk.person(role)
        person.follow("Choose an ML platform")
        person.go("Trials")
        person.follow(f"Trial of {FAVOURITE}")
        person.follow("Agree to the terms")
        person.see(f"31-agree-{role}")
        person.press("I agree")
        person.reads("You agreed to the terms.")
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}")
    lead.unfold("#milestones")
    lead.follow("Add a milestone")
    lead.fill(title="Half-time review", due_on=in_days(2), due_time="00:05")
    lead.page.get_by_label("Whose it is").select_option(label="Dana Weiss")
    lead.press("Add")
    lead.reads("The milestone is added")
    lead.see("32-trial-agreed")


def in_days(days: int) -> str:
    """A date as a form takes it."""
    today = datetime.datetime.now(datetime.UTC).date()
    return (today + datetime.timedelta(days=days)).isoformat()


def be_told_at_once(walk: Walk) -> None:
    """DevOps does not want to wait for the daily mail."""
    dana = walk.person("devops")
    dana.page.goto(f"{walk.home}/admin/my/notices/")
    dana.follow("Change", exact=True)
    dana.fill(mail_rhythm="each")
    dana.press("Save")
    dana.see("32-how-i-am-told")


def move_after_the_reminder(walk: Walk, post: Sink) -> None:
    """Reminded two days before; the date is moved; reminded of the new one."""
    (first,) = reminders(post)
    lead = walk.lead
    lead.go("Trials")
    lead.follow(f"Trial of {FAVOURITE}")
    lead.unfold("#milestones")
    lead.follow("Move Half-time review")
    lead.fill(due_on=in_days(6), reason="The vendor's engineer is away.")
    lead.press("Move")
    lead.reads("The milestone is moved")
    lead.unfold("#milestones")
    lead.reads("changed 1 time")
    again, second = reminders(post)
    assert again["Message-ID"] == first["Message-ID"] != second["Message-ID"]
    assert reminders(post) == [again, second], "the same sweep once more sends nothing"
    lead.page.goto(f"{walk.home}/admin/e/ml-platform/notices/?kind=milestone_due")
    lead.reads("The milestone was moved.")
    lead.see("32-reminders")


def reminders(post: Sink) -> list[EmailMessage]:
    """What DevOps got about the milestone, after whatever is due was sent."""
    call_command("send_notices")
    return [
        mail for mail in post.to("devops@example.com") if "milestone" in mail["Subject"]
    ]


def answer_the_gap(walk: Walk, desk: VendorClient, post: Sink) -> None:
    """The vendor reads of the gap in its own trial and answers; DevOps is told."""
    own = desk.call("GET", "invitations/").data["results"][0]["id"]
    (gap,) = desk.call("GET", f"invitations/{own}/trial/").data["gaps"]
    assert gap["text"] == "No export of the model cards."
    reply = {"reply": "Shipped in 9.1, on by default.", "promised_for": in_days(3)}
    answer = desk.call("POST", f"invitations/{own}/gaps/{gap['id']}/reply/", reply)
    assert answer.status == 200, answer.data
    tell_of_replies()  # what a chore does each minute; nobody waits for it here
    call_command("send_notices")
    told = [mail for mail in post.arrived if "gap in your trial" in mail["Subject"]]
    assert told, "no mail sent of the reply"
    assert all("9.1" not in mail.as_string() for mail in told), "mails carry no words"


def run_trial(walk: Walk, musts: list[str], desk: VendorClient, post: Sink) -> None:
    """DevOps judges every criterion, finds a gap, and sees it closed."""
    dana = walk.person("devops")
    dana.see("33-my-work-devops")
    dana.follow("Choose an ML platform")
    dana.go("Trials")
    dana.follow(f"Trial of {FAVOURITE}")
    dana.follow("Record a gap")
    dana.fill(text="No export of the model cards.", severity="deal_breaker")
    dana.press("Record")
    dana.reads("Gap recorded.")
    answer_the_gap(walk, desk, post)
    dana.page.reload()
    dana.unfold("#gaps")
    dana.reads("Shipped in 9.1, on by default.")
    dana.see("34-gap-answered")
    for ref in musts:
        judge(dana, ref, "Reached in forty minutes.")
    dana.see("34-trial-judged")
    dana.follow("Close: No export")
    dana.fill(note="The vendor shipped the export on day three.")
    dana.press("Close")
    dana.reads("The gap is closed.")
    dana.follow("Close the trial")
    dana.fill(summary="Every criterion was reached; one gap was mended.")
    dana.press("Close the trial")
    dana.reads("The trial is closed.")
    dana.see("35-trial-closed")


def look_at_the_matrix(walk: Walk) -> None:
    """The lead sees claimed, shown and tested side by side, and opens a cell."""
    lead = walk.lead
    lead.go("Matrix")
    cells = lead.page.locator(".mx tbody tr").filter(has_text="R06.2")
    lead.see("36-matrix")
    lead.click(cells.locator("td a").first)
    for proof in ("claimed: now", "shown: holds", "tested: holds"):
        lead.reads(proof)
    lead.reads("Reached in forty minutes.")
    lead.see("37-cell")
