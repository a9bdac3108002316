"""The version stands in one place, and everything that names it agrees."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.test import Client

from evaltracker import __version__
from tests.factories import common

ROOT = Path(__file__).parents[2]


def test_it_is_written_down_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert project["project"]["dynamic"] == ["version"]
    where = project["tool"]["setuptools"]["dynamic"]["version"]
    assert where == {"attr": "evaltracker.__version__"}


def test_the_command_says_it() -> None:
    said = subprocess.check_output([ROOT / "dev", "version"], text=True)
    assert said == f"{__version__}\n"


@pytest.mark.django_db
def test_the_description_of_the_api_says_it() -> None:
    accept = {"accept": "application/vnd.oai.openapi+json"}
    schema = json.loads(Client().get("/api/v1/schema/", headers=accept).content)
    assert schema["info"]["version"] == __version__


@pytest.mark.django_db
def test_the_account_menu_says_it_to_who_is_signed_in_only(client: Client) -> None:
    assert __version__ not in client.get("/accounts/login/").text
    client.force_login(common.lina())
    assert f"evaltracker, version {__version__}" in client.get("/admin/").text
