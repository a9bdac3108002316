"""Which acts programs may do, and that each answers a program as its page does."""

import json
from pathlib import Path

from evaltracker.pages.acts import ACTS

CASES = Path(__file__).parents[1] / "data/cases/program_acts.json"


def test_programs_may_do_what_the_specification_says_and_no_more() -> None:
    table = json.loads(CASES.read_text(encoding="utf-8"))["acts"]
    assert {name: act.program for name, act in ACTS.items()} == table


def test_nothing_of_signatures_and_secrets_is_for_programs() -> None:
    words = {"sign", "decide", "waive", "token", "password", "login", "score", "erase"}
    opened = {name for name, act in ACTS.items() if act.program != "closed"}
    # Who has to sign is asked for; nobody signs by it.
    assert {name for name in opened if words & {*name.split("-")}} == {"sign-off-rules"}
