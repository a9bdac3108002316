"""What was said travels with its evaluation, with text, threads and mentions."""

import pytest

from evaltracker.evaluations.models import Comment, Mention
from evaltracker.talk.services import resolve_thread, withdraw_comment
from tests.factories import stakeholders, trials
from tests.portable.files import carried_away, document, taken_in, written_again
from tests.talk.talking import say

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_file_of_before_there_were_comments_comes_in",
)
def test_a_conversation_comes_back_as_it_was() -> None:
    where = trials.platform("must")
    option = trials.claimed(where)
    asked, ivan = where.requirements.get(), stakeholders.holder("it")
    root = say("cell", option, where.owner, part=asked.pk, mentions=[ivan])
    say("cell", option, ivan, "Yes.", part=asked.pk, parent=root)
    resolve_thread(comment=root, by=ivan)
    gone = say("requirement", asked, where.owner, "Hm.")
    withdraw_comment(comment=gone, by=where.owner)
    content = carried_away(where)
    assert [row["text"] for row in document(content)["comments"]].count("Yes.") == 1
    entries = len(document(content)["journal"])
    again = taken_in(content)
    assert written_again(again, entries=entries) == content
    kept = Comment.objects.get(text="Yes.")
    assert kept.parent == Comment.objects.get(pk=root.pk)
    assert kept.root.resolved_at is not None
    assert Mention.objects.get().answered_at is not None


def test_a_file_of_before_there_were_comments_comes_in() -> None:
    told = document(carried_away(trials.platform("must")))
    for name in ("mentions", "comments"):
        assert told.pop(name) == []
    assert not taken_in(told).comments.exists()
