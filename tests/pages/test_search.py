"""The page of results: what is asked, what is refused, what comes first."""

from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.search import MOST
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.keys import without_keys
from tests.rights.logs import written
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
SEARCH = "/admin/search/"


@pytest.fixture
def where(db: None) -> Evaluation:
    made = common.evaluation(title="Choose a platform")
    common.requirement(made, ref="R1", text="Signs on by SAML")
    return made


@pytest.fixture
def lina(where: Evaluation) -> Client:
    return signed_in(where.owner)


def found(client: Client, query: str, **more: str) -> dict[str, list[str]]:
    """By kind the names of what was found, in the order of the page."""
    answer: Any = client.get(SEARCH, {"q": query, **more})
    assert answer.status_code == 200
    return {
        group.kind: [hit.label for hit in group.hits]
        for group in answer.context.get("groups", [])
    }


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_a_thing_is_found_by_any_of_its_words(lina: Client) -> None:
    assert found(lina, "saml")["requirements"] == ["R1 Signs on by SAML"]
    assert found(lina, "plat choo")["evaluations"] == ["Choose a platform"]
    assert found(lina, "") == found(lina, "…") == found(lina, "nothing like it") == {}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_a_page_is_found_in_the_evaluation_at_hand_or_in_one_that_is_named(
    lina: Client, where: Evaluation
) -> None:
    other = common.evaluation(title="Another catalogue")

    def addresses(query: str, **more: str) -> list[str]:
        page: Any = lina.get(SEARCH, {"q": query, **more})
        hits = page.context["groups"][0].hits
        return [hit.address for hit in hits if hit.label == "Matrix"]

    here, there = (f"/admin/e/{one.slug}/matrix/" for one in (where, other))
    assert addresses("matr", **{"in": where.slug}) == [here]
    assert addresses("matrix catalogue", **{"in": where.slug}) == [there]
    assert addresses("matr") == [there, here]
    assert "pages" not in found(signed_in(common.noor()), "matrix catalogue")


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("upload answers", "pages"),
        ("paste candidates", "pages"),
        ("award", "pages"),
        ("dark", "pages"),
        ("theme", "pages"),
        ("q&a", "pages"),
    ],
)
def test_what_people_say_for_it_finds_it(
    lina: Client, where: Evaluation, said: str, act: str
) -> None:
    assert found(lina, said, **{"in": where.slug})[act]


def test_acts_are_found_by_their_verb_and_what_they_are_done_to(
    lina: Client, where: Evaluation
) -> None:
    here = {"in": where.slug}
    assert "Add a requirement" in found(lina, "add a requirement", **here)["acts"]
    assert "Add a requirement" in found(lina, "add a requirement")["acts"]
    vendors.candidate(where, "Databricks")
    invite = found(lina, "invite databr")
    assert invite.get("acts", []) == []
    vendors.in_research(where)
    invite = found(lina, "invite databr")
    assert invite["acts"] == ["Invite the vendor: Databricks"]
    stranger = signed_in(common.noor())
    assert "acts" not in found(stranger, "invite databr", **here)
    assert "acts" not in found(stranger, "add a requirement", **here)


def test_the_label_that_begins_what_was_typed_comes_first(
    lina: Client, where: Evaluation
) -> None:
    """The button under a category: its name is no row, and others are “Add”, too."""
    acts = found(lina, "Add to Model training", **{"in": where.slug})["acts"]
    assert acts[0] == "Add a requirement"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_an_act_with_all_words_is_before_a_page_with_one_of_them(
    lina: Client, where: Evaluation
) -> None:
    vendors.candidate(where, "Brief and matrix")
    vendors.in_research(where)
    kinds = found(lina, "invite brief and matrix", **{"in": where.slug})
    assert next(iter(kinds)) == "acts"
    assert "pages" in kinds


def test_who_is_awaited_is_reminded_by_name(lina: Client, where: Evaluation) -> None:
    stakeholders.stakeholders(where, "it")
    stakeholders.sign_off_rules(where)
    named = found(lina, "remind ivan", **{"in": where.slug})
    assert any(act.startswith("Remind Ivan") for act in named["acts"])
    it = signed_in(stakeholders.holder("it"))
    assert "acts" not in found(it, "remind ivan", **{"in": where.slug})


def test_an_act_is_offered_to_whom_it_is_for(where: Evaluation) -> None:
    stakeholders.stakeholders(where, "it")
    it = signed_in(stakeholders.holder("it"))
    assert "acts" not in found(it, "add requirement", **{"in": where.slug})


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_what_is_called_so_comes_first(lina: Client, where: Evaluation) -> None:
    for ref in ("R10", "R100", "A1"):
        common.requirement(where, ref=ref, text="Something of R10 and R1")
    assert found(lina, "R1")["requirements"][0].startswith("R1 ")
    other = common.evaluation(title="Another")
    common.requirement(other, ref="R1", text="Elsewhere")
    names = found(lina, "R1", **{"in": other.slug})["requirements"]
    assert names[0] == "R1 Elsewhere"


def test_more_of_a_kind_leads_to_a_page_of_its_own(
    lina: Client, where: Evaluation
) -> None:
    for number in range(60):
        common.requirement(where, ref=f"X{number}", text="Alike")
    page: Any = lina.get(SEARCH, {"q": "alike"})
    (group,) = page.context["groups"]
    assert (len(group.hits), group.more) == (MOST, True)
    assert "kind=requirements" in page.content.decode()
    first = found(lina, "alike", kind="requirements")["requirements"]
    second = found(lina, "alike", kind="requirements", page="2")["requirements"]
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "a" * 201},
        {"q": " ".join(f"w{number}" for number in range(21))},
        {"q": "a\x00b"},
        {"q": "a", "kind": "price"},
        {"q": "a", "page": "0"},
        {"q": "a", "page": "1e9"},
        {"q": "a", "owner__password__startswith": "p"},
    ],
)
def test_what_the_box_cannot_have_sent_is_refused(
    lina: Client, asked: dict[str, str]
) -> None:
    answer = lina.get(SEARCH, asked)
    assert answer.status_code == 400
    assert "w20" not in without_keys(answer.content)


def test_it_only_shows(lina: Client) -> None:
    assert lina.post(SEARCH, {"q": "saml"}).status_code == 405
    assert Client().get(SEARCH).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_people_say_for_it_finds_it[dark-pages]",
)
def test_an_evaluation_that_is_hidden_is_as_good_as_none(where: Evaluation) -> None:
    noor = signed_in(common.noor())
    hidden = noor.get(SEARCH, {"q": "saml", "in": where.slug})
    absent = noor.get(SEARCH, {"q": "saml", "in": "no-such"})
    assert hidden.status_code == absent.status_code == 200
    assert where.title not in hidden.content.decode()
    assert hidden.context["at_hand"] is absent.context["at_hand"] is None


def test_nothing_of_a_query_is_logged(lina: Client) -> None:
    with written() as log:
        lina.get(SEARCH, {"q": "merger of Acme"})
    assert SEARCH in log.getvalue()
    assert "merger" not in log.getvalue()


def test_what_is_typed_is_escaped(lina: Client) -> None:
    page = lina.get(SEARCH, {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_the_key_of_one_character_can_be_switched_off(
    lina: Client, where: Evaluation
) -> None:
    assert 'data-slash="yes"' in lina.get("/admin/").content.decode()
    form = {"first_name": "Lina", "last_name": "Lead", "time_zone": "UTC"}
    account = f"/admin/act/change-details/{where.owner.pk}/"
    if lina.get(account).status_code == 404:
        account = "/admin/act/change-details/"
    assert lina.post(account, form).status_code == 302
    assert 'data-slash="no"' in lina.get("/admin/").content.decode()


def test_what_follows_a_question_is_named_once_it_is_answered() -> None:
    where = trials.platform("must")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    planned = trials.trial(option, "R1", agreed=False)
    reached, lina = planned.criteria.get().text, signed_in(where.owner)
    asked = {"in": where.slug}
    acts = found(lina, f"remove criterion {reached}", **asked)["acts"]
    assert acts == ["Remove the criterion: Criterion 1"]
    Candidate.objects.create(evaluation=where, name="Another")
    assert "acts" not in found(lina, f"remove criterion {reached}", **asked)
