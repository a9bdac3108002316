"""Things are talked about where they stand: on pages, over them, without scripts."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltracker.evaluations.models import Comment, Evaluation
from evaltracker.talk.services import resolve_thread, withdraw_comment
from evaltracker.talk.templatetags.comments import with_links
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.talk.talking import say, subject
from trials.services.trials import record_gap

pytestmark = pytest.mark.django_db


def test_without_scripts_a_comment_is_written_and_answered() -> None:
    where = trials.platform("must")
    asked = where.requirements.get()
    url = f"/admin/act/discuss/{subject('requirement', asked, where.owner).pk}/"
    lina, ivan = signed_in(where.owner), signed_in(stakeholders.holder("it"))
    person = stakeholders.holder("it").pk
    answer = lina.post(url, {"text": "Why?", "mentions": [person]}, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    root = Comment.objects.get()
    page = ivan.get(url, {"parent": str(root.pk)}).content.decode()
    assert "Your reply to <bdi>Lina Lead</bdi>" in page
    assert re.search(rf'value="{where.owner.pk}"[^>]* checked', page)
    ivan.post(url, {"text": "Because.", "parent": str(root.pk)})
    assert Comment.objects.get(parent=root).text == "Because."
    page = ivan.get(reverse("admin:index")).content.decode()
    assert "mentioned you" not in page


@pytest.mark.parametrize(
    "parent", ["x", "0", "\x00", "00000000-0000-4000-8000-000000000000"]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[00000000-0000-4000-8000-000000000000]",
)
def test_a_thread_that_is_not_there_is_no_fault(parent: str) -> None:
    where = trials.platform("must")
    asked = where.requirements.get()
    url = f"/admin/act/discuss/{subject('requirement', asked, where.owner).pk}/"
    client = signed_in(where.owner)
    assert client.get(url, {"parent": parent}).status_code == 200
    sent = {"text": "Hi", "parent": parent}
    assert client.post(url, sent).status_code == 400
    assert not Comment.objects.exists()


def test_text_is_escaped_and_only_http_is_a_link() -> None:
    text = (
        "<b>x</b> javascript:alert(1) https://a.example/?q=1&r=\"'<i>.\n"
        "(see http://b.example/x)."
    )
    html = with_links(Comment(text=text))
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<br>" in html
    assert html.count("<a ") == 2
    assert 'href="https://a.example/?q=1&amp;r="' in html
    assert ">http://b.example/x</a>)." in html
    assert html.count('rel="noopener noreferrer nofollow ugc"') == 2


def pages_of(where: Evaluation) -> dict[str, str]:
    option = where.candidates.get()
    asked = where.requirements.order_by("ref")[0]
    return {
        "requirements": reverse("admin:evaluation_requirements", args=[where.slug]),
        "matrix": reverse("admin:evaluation_matrix", args=[where.slug]),
        "candidate": reverse("admin:candidate", args=[option.pk]),
        "cell": reverse("admin:cell", args=[option.pk, asked.pk]),
        "trial": reverse("admin:trial", args=[option.trials.get().pk]),
        "costs": reverse("admin:candidate_costs", args=[option.pk]),
        "decision": reverse("admin:evaluation_decision", args=[where.slug]),
    }


def talked_about(*priorities: str) -> Evaluation:
    where = trials.platform(*priorities)
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    for word in ("noon", "night"):
        record_gap(
            trial=running,
            severity="challenge",
            text=f"It stops at {word}.",
            by=where.owner,
        )
    return where


def queries_of(where: Evaluation) -> dict[str, int]:
    client = signed_in(where.owner)
    found = {}
    for name, url in pages_of(where).items():
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(url).status_code == 200
        found[name] = len(seen)
    return found


def say_everywhere(where: Evaluation) -> None:
    option, owner = where.candidates.get(), where.owner
    for asked in where.requirements.all():
        say("requirement", asked, owner)
        say("cell", option, owner, part=asked.pk, mentions=[stakeholders.holder("it")])
    for gap in option.trials.get().gaps.all():
        say("gap", gap, owner)
    for topic, row in (("candidate", option), ("decision", where)):
        say(topic, row, owner, mentions=[stakeholders.holder("it")])


@pytest.mark.nightly(
    reason="queries of every page at two sizes; each push reads a thread",
    short="::test_what_is_withdrawn_leaves_its_place_and_no_number",
)
def test_counts_stand_on_every_page_in_a_fixed_number_of_queries() -> None:
    where = talked_about("must", "should")
    say_everywhere(where)
    few = queries_of(where)
    say_everywhere(where)
    assert queries_of(where) == few
    client = signed_in(stakeholders.holder("it"))
    pages = {name: client.get(url).text for name, url in pages_of(where).items()}
    assert "Discuss R1 (2)" in " ".join(pages["requirements"].split())
    assert "Discuss (2)" in pages["cell"]
    assert "Discuss (2)" in pages["candidate"]
    assert "Discussed (2)" in pages["matrix"]
    assert "Discuss (2)" in pages["decision"]


def test_what_is_withdrawn_leaves_its_place_and_no_number() -> None:
    where = trials.platform("must")
    asked = where.requirements.get()
    comment = say("requirement", asked, where.owner, "Oops")
    withdraw_comment(comment=comment, by=where.owner)
    client = signed_in(where.owner)
    key = subject("requirement", asked, where.owner).pk
    page = client.get(f"/admin/act/discuss/{key}/").text
    assert "withdrawn" in page
    assert "Oops" not in page
    page = client.get(pages_of_requirements(where)).text
    assert "Discuss R1" in " ".join(page.split())
    assert "Discuss R1 (1)" not in " ".join(page.split())


def pages_of_requirements(where: Evaluation) -> str:
    return reverse("admin:evaluation_requirements", args=[where.slug])


def test_a_resolved_thread_offers_to_be_opened_again() -> None:
    where = trials.platform("must")
    asked = where.requirements.get()
    comment = say("requirement", asked, where.owner)
    resolve_thread(comment=comment, by=stakeholders.holder("it"))
    key = subject("requirement", asked, where.owner).pk
    page = signed_in(where.owner).get(f"/admin/act/discuss/{key}/").text
    assert "Resolved by <bdi>Ivan" in page
    assert "/admin/act/reopen-thread/" in page
    assert "/admin/act/resolve-thread/" not in page


def test_whoever_has_not_declared_is_asked_first() -> None:
    where = trials.platform("must")
    option = vendors.invited(where, "Acme ML", declares=False)
    url = f"/admin/act/discuss/{subject('candidate', option, where.owner).pk}/"
    answer = signed_in(stakeholders.holder("it")).get(url)
    assert answer.status_code == 302
    assert "/admin/act/declare-interests/" in answer["Location"]
    assert signed_in(common.noor()).get(url).status_code == 404
