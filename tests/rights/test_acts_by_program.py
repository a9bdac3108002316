"""Which acts programs may do, and that each answers a program as its page does."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django import forms
from django.test import Client
from django.utils.datastructures import MultiValueDict

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry, User
from evaltracker.pages.acts import ACTS, Act
from evaltracker.pages.json_forms import JsonForm, schema_of
from tests.clients import program
from tests.rights.table import EVERYBODY, expected
from tests.rights.test_pages import in_turn
from tests.tiers import by_tier

CASES = Path(__file__).parents[1] / "data/cases/program_acts.json"
STAFF = "/api/v1/staff/acts/"
pytestmark = pytest.mark.django_db
TURNS = by_tier(
    20,
    1,
    reason="each act for each of five alike; each push asks all of them as the "
    "owner, who is in conflict and a stranger, and every fourth one as one of five",
    before="*-",
)


def test_programs_may_do_what_the_specification_says_and_no_more() -> None:
    table = json.loads(CASES.read_text(encoding="utf-8"))["acts"]
    acts = {name: act.program for name, act in ACTS.items()}
    missing = {name: way for name, way in acts.items() if name not in table}
    assert not missing, "acts that tests/data/cases/program_acts.json does not name"
    gone = table.keys() - acts.keys()
    assert not gone, "acts that tests/data/cases/program_acts.json names in vain"
    differs = {name: way for name, way in acts.items() if way != table[name]}
    assert not differs, {name: table[name] for name in differs}


def test_nothing_of_signatures_and_secrets_is_for_programs() -> None:
    words = {"sign", "decide", "waive", "token", "password", "login", "score", "erase"}
    opened = {name for name, act in ACTS.items() if act.program != "closed"}
    # Who has to sign is asked for; nobody signs by it.
    assert {name for name in opened if words & {*name.split("-")}} == {"sign-off-rules"}


def at(client: Client, address: str, method: str = "get") -> Any:
    """The answer to a program at the act whose page has that address."""
    return getattr(client, method)(address.replace("/admin/act/", STAFF))


@pytest.mark.usefixtures("counted_lately")
@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_act_is_a_programs_if_it_is_its_persons(
    people: dict[str, User], acts_at: dict[str, str], who: str, turns: int
) -> None:
    client = program(people[who], "write")
    before, wrong = Entry.objects.count(), []
    for name, url in in_turn(acts_at, who, turns):
        page, got = expected(name, who), at(client, url)
        closed = ACTS[name].program == "closed"
        allowed = {page} if page != 200 or not closed else {403}
        if who == "operator":  # not what operators alone see
            allowed |= {403, 404}
        if got.status_code not in allowed:
            wrong.append(f"{name} for {who}: {got.status_code}, not {allowed}")
        if page != 200 and at(client, url, "post").status_code not in allowed:
            wrong.append(f"POST {name} for {who}")
    assert wrong == []
    assert Entry.objects.count() == before


def as_browser(act: Act[Any], target: Any, user: User) -> Any:
    """The page's form, sent back untouched."""
    start, more = act.initial(target, user), act.form_kwargs(target, user)
    shown: Any = act.form_class(initial=start, **more)
    data: dict[str, Any] = {}
    for name, field in shown.fields.items():
        value = field.prepare_value(shown.get_initial_for_field(field, name))
        widget = field.widget
        if isinstance(widget, forms.MultiWidget):
            parts: Any = widget.decompress(value)
            data |= {f"{name}_{i}": part or "" for i, part in enumerate(parts)}
        elif isinstance(widget, forms.CheckboxInput):
            data |= {name: "on"} if value else {}
        elif getattr(widget, "allow_multiple_selected", False):
            data[name] = [str(one) for one in value or ()]
        else:
            typed = widget.format_value(value)
            data[name] = typed[0] if isinstance(typed, list) and typed else typed or ""
    return act.form_class(data, MultiValueDict(), initial=start, **more)


def open_targets(
    people: dict[str, User], acts_at: dict[str, str]
) -> list[tuple[Act[Any], Any, User]]:
    made = []
    for name, url in acts_at.items():
        if ACTS[name].program == "closed":
            continue
        key = url.partition(f"/act/{name}/")[2].rstrip("/")
        for who in EVERYBODY:
            if expected(name, who) == 200 and who != "operator":
                target = ACTS[name].load(people[who], key)
                made.append((ACTS[name].worded(target), target, people[who]))
                break
    return made


def test_what_stands_there_may_be_sent_back_as_a_browser_does(
    people: dict[str, User], acts_at: dict[str, str]
) -> None:
    wrong = []
    for act, target, user in open_targets(people, acts_at):
        page = as_browser(act, target, user)
        right: Any = page.cleaned_data if page.is_valid() else {*page.errors}
        now = JsonForm(act, target, user).now()
        for sent in ({}, {name: now[name] for name in now if now[name] is not None}):
            form = JsonForm(act, target, user, sent)
            try:
                got: Any = form.clean()
            except Invalid as problem:
                got = {name or "__all__" for name in problem.errors}
            if repr(got) != repr(right) and got != right:
                wrong.append(f"{act.name} {bool(sent)}: {got} is not {right}")
    assert wrong == []


def test_schemas_describe_what_stands_there(
    people: dict[str, User], acts_at: dict[str, str]
) -> None:
    wrong = []
    for act, target, user in open_targets(people, acts_at):
        form = JsonForm(act, target, user)
        schema = form.schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        json.dumps(schema)
        for name, value in form.now().items():
            own = schema_of(form.fields[name])
            if value in (None, "") or isinstance(form.fields[name], forms.FileField):
                continue
            try:
                jsonschema.validate(value, own)
            except jsonschema.ValidationError as error:
                wrong.append(f"{act.name}.{name}: {error.message}")
        assert form.tag() == JsonForm(act, target, user).tag(), act.name
    assert wrong == []
