"""T16: the walk behind the database's wall, with and without the scoped querysets."""

import re
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Category, Requirement
from evaltracker.evaluations.models.evaluation import take_touched
from tests.factories import vendors
from tests.lock_order import around_tests
from tests.tiers import by_tier
from tests.vendors.door import case
from tests.vendors.isolation.conftest import behind
from tests.vendors.isolation.crawl import (
    METHODS,
    Call,
    addresses,
    addresses_for,
    amounts_heard,
)
from tests.vendors.isolation.expectations import ROUTES, Route
from tests.vendors.isolation.marks import HOUSE, STATED, mark_of, marks_in
from tests.vendors.isolation.rows import snapshot
from tests.vendors.isolation.world import (
    NAMES,
    PUBLISHED,
    RULED_OUT,
    WRITTEN,
    World,
)
from trials.models import Gap, Trial
from vendors.isolation.access import ACCESS
from vendors.isolation.roles import SCHEMA
from vendors.models import (
    AnswerDraft,
    Asking,
    Contact,
    InvitationLink,
    PriceItem,
    Question,
    Quote,
    QuoteReader,
    VendorToken,
)
from vendors.models.candidates import VendorScopedQuerySet
from vendors.row_visibility import show_vendor
from vendors.services.access import issue_token
from vendors.services.contacts import give_link

pytestmark = pytest.mark.postgres
SCOPES = (
    *("candidate", "vendor", "claim__candidate", "trial__candidate", "evaluation"),
    *("own", "by_vendor"),
    # Who was named to read prices.
    "email",
)


def without_scopes(patch: pytest.MonkeyPatch) -> None:
    """Take every condition on whose a row is out of every queryset."""
    for queryset in (
        VendorScopedQuerySet,
        *(type(model.objects.all()) for model in (Category, Requirement, Gap, Trial)),
    ):
        told = queryset.filter

        def filter_(rows: Any, *args: Any, _told: Any = told, **kwargs: Any) -> Any:
            kept = {
                name: value
                for name, value in kwargs.items()
                if not name.startswith(SCOPES)
            }
            free = [arg for arg in args if not (isinstance(arg, Q) and scoped(arg))]
            return _told(rows, *free, **kept)

        patch.setattr(queryset, "filter", filter_)
    patch.setattr(VendorScopedQuerySet, "for_vendor", lambda rows, vendor: rows)


def scoped(condition: Q) -> bool:
    """Whether whose a row is has a part in it."""
    parts: list[Any] = list(condition.children)
    return any(
        scoped(part) if isinstance(part, Q) else str(part[0]).startswith(SCOPES)
        for part in parts
    )


def crawl(
    world: World,
    patch: pytest.MonkeyPatch,
    *,
    role: str = "",
    own: bool = False,
    whole: bool = False,
) -> list[str]:
    """Every route and method without scopes; the calls in which others were heard.

    With `own` only at the vendor's own addresses. Methods that a route does not have
    are tried at all others only for the `whole`.
    """
    me, rival = world.parties["Acme"], world.parties["Globex"]
    disguise = {"disguise": partial(behind, role)} if role else {}
    before = snapshot(me.vendor)
    without_scopes(patch)
    others = [HOUSE, *(mark_of(name) for name in NAMES if name != me.name)]
    leaks = []
    for route, expected in ROUTES.items():
        for method in METHODS:
            paths = addresses_for(method, route, me, rival, whole=whole)
            for whose, path in paths.items():
                # What is nowhere cannot be heard.
                if whose.startswith("absent:") or (own and whose != "own"):
                    continue
                call = Call(
                    method,
                    path,
                    me.token,
                    expected,
                    category=world.category,
                    cookie=me.cookie,
                )
                with around_tests():
                    heard = call.hear(**disguise)
                    if marks := marks_in(heard.everything, *others):
                        leaks.append(f"{call}: {marks}")
                    if role and heard.status < 400 and method not in ("GET", "HEAD"):
                        assert snapshot(me.vendor) == before, call
                    transaction.set_rollback(True)
    return leaks


@pytest.fixture
def settled(world: World) -> World:
    """Nothing waits for the end of the transaction, so tables can be walled."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return world


@pytest.fixture
def walled(settled: World, role: str) -> World:
    """The world first: it is copied where nothing was done before."""
    return settled


@pytest.mark.usefixtures("walled")
@pytest.mark.nightly(
    reason="each column of each table; each push makes every call through the wall",
    short="::test_every_call_works_behind_the_wall[False]",
)
def test_what_may_be_read_is_read_whatever_its_column_is_called() -> None:
    """`position` is a word of SQL, too."""
    nothing = re.compile(r'NULL::[a-z ()0-9]+ AS "?(\w+)"?')
    for table, access in ACCESS.items():
        if access.shown:
            with connection.cursor() as cursor:
                view = f"{SCHEMA}.{table}"
                cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [view])
                (written,) = cursor.fetchone()
            hidden = set(nothing.findall(written))
            assert hidden, table
            assert hidden.isdisjoint(access.shown), table


@pytest.mark.parametrize(
    "whole",
    by_tier(
        False,
        True,
        reason="methods that the route does not have reach no row; each push makes "
        "every call that is answered",
    ),
)
def test_every_call_works_behind_the_wall(
    walled: World, role: str, whole: bool
) -> None:
    me = walled.parties["Acme"]
    for route, expected in ROUTES.items():
        path = addresses(route, me, me)["own"]
        methods = METHODS if whole else expected.answers
        for method in methods:
            call = Call(
                method,
                path,
                me.token,
                expected,
                category=walled.category,
                cookie=me.cookie,
            )
            with around_tests():
                heard = call.hear(partial(behind, role))
                transaction.set_rollback(True)
            assert heard.status == expected.answers.get(method, 405), (call, heard.body)
            # A workbook and a calendar file say when they were made.
            if method == "GET" and "sheet" not in route and ".ics" not in route:
                with around_tests():
                    plain = call.hear()
                    transaction.set_rollback(True)
                assert heard == plain, call


def test_a_reply_to_a_gap_works_behind_the_wall(walled: World, role: str) -> None:
    vendors.enter(walled.shared, "trials")
    take_touched(walled.shared.pk)  # by this test, not by the vendor's call
    me = walled.parties["Acme"]
    route = next(route for route in ROUTES if "gaps" in route)
    path = addresses(route, me, me)["own"]
    heard = Call("POST", path, me.token, ROUTES[route]).hear(partial(behind, role))
    assert (heard.status, b'"reply":"Soon."' in heard.body) == (200, True), heard


@pytest.mark.parametrize("then", ["read", "disown", "end", "over"])
def test_what_people_do_works_behind_the_wall(
    walled: World, role: str, then: str
) -> None:
    me = walled.parties["Acme"]
    links = InvitationLink.objects.filter(candidate=me.candidate).order_by("made_at")
    mine, late = links
    token, _ = issue_token(vendor=me.vendor, label="x", by=SYSTEM, contact=mine.contact)
    key = token.pk if then == "end" else late.contact_id
    path, cookie = f"vendor/{me.candidate.pk}/people/", me.cookie
    form = {"then": then, "key": str(key)}
    if then == "over":
        path, cookie = f"vendor/{me.candidate.pk}/answer/R2/", me.late
        form = {"then": "discard"}
    call = Call("POST", path, None, Route({}, form=form), cookie=cookie)
    assert call.hear(partial(behind, role)).status == 302
    for row in (late, late.contact, token):
        row.refresh_from_db()
    done = {
        "read": late.drafts_from,
        "disown": late.contact.disowned_at and late.ended_at,
        "end": token.revoked_at,
        "over": not AnswerDraft.objects.filter(candidate=me.candidate).exists(),
    }
    assert [name for name, value in done.items() if value] == [then]


def test_a_token_is_added_for_an_own_contact_alone(walled: World, role: str) -> None:
    me, rival = walled.parties["Acme"], walled.parties["Globex"]
    own = Contact.objects.filter(vendor=me.vendor)[0]
    theirs = Contact.objects.filter(vendor=rival.vendor)[0]
    forged: list[dict[str, Any]] = [
        {"vendor": rival.vendor, "contact": theirs},
        {"vendor": me.vendor, "contact": theirs},
        {"vendor": me.vendor, "contact": None},
        {"vendor": me.vendor, "contact": own, "issued_by": walled.shared.owner},
    ]
    for terms in forged:
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            behind(role),
        ):
            show_vendor(me.vendor.pk)
            VendorToken.objects.create(prefix="evt_", digest="0" * 64, **terms)
    with behind(role):
        show_vendor(me.vendor.pk)
        rows = VendorToken.objects.exclude(vendor=me.vendor)
        assert rows.update(revoked_at=walled.shared.created_at) == 0


@pytest.mark.parametrize(
    "whole",
    by_tier(
        False,
        True,
        reason="methods that the route does not have, at every address; each "
        "push tries one of them, at the own one and at one of a rival",
    ),
)
def test_without_any_scope_nothing_of_a_rival_comes_through_the_wall(
    walled: World, role: str, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    assert crawl(walled, monkeypatch, role=role, whole=whole) == []


@pytest.mark.nightly(
    reason="that the walk is able to fail; each push walks with the wall",
    short="::test_without_any_scope_nothing_of_a_rival_comes_through_the_wall[False]",
)
def test_without_any_scope_and_wall_rivals_would_be_heard(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk above is able to fail, at a vendor's own addresses alone."""
    leaks = "\n".join(crawl(world, monkeypatch, own=True))
    for place in ("claims/", "questions/", "proposals/", "files/", "trial/"):
        assert f"{place}: " in leaks
    # Of the days of all, each is told those of one: rivals', for all but that one.
    heard = []
    for name, me in world.parties.items():
        path = f"api/v1/invitations/{me.candidate.pk}/claims/"
        answer = Call("GET", path, me.token, Route({})).hear().everything.decode()
        heard += [days for of, days in STATED.items() if of != name and days in answer]
    assert heard


def test_q31_prices_come_to_the_role_for_a_reader_alone(
    walled: World, role: str
) -> None:
    me, rival = walled.parties["Acme"], walled.parties["Globex"]
    reader = QuoteReader.objects.get(candidate=me.candidate).email
    theirs = QuoteReader.objects.get(candidate=rival.candidate).email
    seen = "SELECT lines, currency, salt, revision FROM vendors_quote"
    with behind(role), connection.cursor() as cursor:
        for who in ("", "x@rival.example", theirs):
            show_vendor(me.vendor.pk, who)
            cursor.execute(seen)
            rows = cursor.fetchall()
            assert rows == [(None, None, None, 1)]
            assert case("Q31")["expected"]["lines"] == {None: "NULL"}[rows[0][0]]
            cursor.execute("SELECT count(*) FROM public.vendors_quote")
            assert cursor.fetchone() == (0,)
        show_vendor(me.vendor.pk, reader)
        cursor.execute(seen)
        assert WRITTEN in str(cursor.fetchall())
        # No condition of another's is asked before it is known whose rows they are.
        cursor.execute("SELECT count(*) FROM vendors_quote WHERE lines::text <> ''")
        assert cursor.fetchone() == (1,)


def test_the_role_reads_what_it_is_asked_for_and_nothing_of_what_is_ruled_out(
    walled: World, role: str
) -> None:
    me, asked = walled.parties["Acme"], PriceItem.objects.filter(not_applicable="")
    kinds = set(asked.filter(evaluation=walled.shared).values_list("kind", flat=True))
    assert RULED_OUT not in kinds and asked.count() > len(kinds)
    with behind(role):
        show_vendor(me.vendor.pk)
        rows = PriceItem.objects.values_list("kind", "not_applicable")
        assert sorted(rows) == sorted((kind, "") for kind in kinds)


@pytest.mark.parametrize("email", ["x@rival.example", ""])
def test_the_role_names_nobody_but_own_contacts(
    walled: World, role: str, email: str
) -> None:
    me = walled.parties["Acme"]
    quote = Quote.objects.get(candidate=me.candidate)
    with behind(role):
        show_vendor(me.vendor.pk)
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            QuoteReader.objects.create(
                quote=quote,
                candidate=me.candidate,
                email=email,
                named_at=quote.handed_in_at,
            )


@pytest.mark.nightly(
    reason="every own address twice; each push asks the wall itself for prices",
    short="::test_q31_prices_come_to_the_role_for_a_reader_alone",
)
def test_without_scopes_a_later_contact_hears_no_amount_through_the_wall(
    walled: World, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = walled.parties["Acme"]
    without_scopes(monkeypatch)
    assert amounts_heard(me, me.late) != set()
    assert amounts_heard(me, me.late, partial(behind, role)) == set()


def test_earlier_answers_through_the_wall_are_those_of_the_contact_alone(
    walled: World, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All parties answered the same words elsewhere; Acme's contact had a link there,
    whoever came later had none."""
    me = walled.parties["Acme"]
    asked = Requirement.objects.get(evaluation=walled.shared, ref="R3")
    Requirement.objects.filter(ref__endswith="-only").update(text=asked.text)
    mine = Contact.objects.filter(vendor=me.vendor).order_by("links__made_at")[0]
    there = me.vendor.candidates.get(evaluation__requirements__ref=me.ref)
    give_link(candidate=there, contact=mine)
    page = f"vendor/{me.candidate.pk}/earlier/"
    heard = {}
    for cookie in (me.cookie, me.late):
        call = Call("GET", page, None, Route({}), cookie=cookie)
        said = call.hear(partial(behind, role)).everything
        assert not marks_in(said, HOUSE, *(mark_of(name) for name in NAMES[1:]))
        heard[cookie] = b"as you answered it" in said
    assert heard == {me.cookie: True, me.late: False}
    call = Call("POST", page, None, Route({}), cookie=me.cookie)
    assert call.hear(partial(behind, role)).status == 302
    drafts = AnswerDraft.objects.filter(requirement=asked)
    assert [draft.candidate for draft in drafts] == [me.candidate]


def test_no_row_is_seen_before_the_vendor_is_known(walled: World, role: str) -> None:
    with behind(role), connection.cursor() as cursor:
        for table, access in ACCESS.items():
            if access.rows:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table


def test_who_asked_a_published_question_is_behind_the_wall(
    walled: World, role: str
) -> None:
    me, asker = walled.parties["Acme"], walled.parties["Initech"]
    question = Question.objects.get(answered_at__isnull=False)
    assert question.asking
    assert question.asking.candidate == asker.candidate
    with behind(role):
        show_vendor(me.vendor.pk)
        assert Question.objects.filter(pk=question.pk).exists()
        assert {asking.candidate_id for asking in Asking.objects.all()} == {
            me.candidate.pk
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM vendors_question")
            told = str(cursor.fetchall())
    assert PUBLISHED in told
    assert str(asker.candidate.pk) not in told
