"""Static files as production has them: hashed, complete, readable by another user."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"""{%\s*static\s+["']([^"']+)["']\s*%}""")
HASHED = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that a production image would serve."""
    folder = tmp_path_factory.mktemp("static")
    with production(folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def production(folder: Path) -> override_settings:
    return override_settings(
        STATIC_ROOT=folder,
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": HASHED},
        },
    )


def test_every_file_that_a_template_names_is_there(collected: Path) -> None:
    templates = [
        file
        for app in ("evaltracker", "stakeholders", "vendors", "trials")
        for file in (ROOT / app).rglob("*.html")
    ]
    with production(collected):
        for file in templates:
            for name in NAMED.findall(file.read_text()):
                assert staticfiles_storage.url(name), f"{name} in {file.name}"


def test_another_user_can_read_them(collected: Path) -> None:
    for file in collected.rglob("*"):
        assert file.stat().st_mode & 0o004, f"{file.name} is for its owner only"


@pytest.mark.django_db
@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_every_file_that_a_template_names_is_there",
)
def test_the_first_page_is_made_of_hashed_files(
    collected: Path, client: Client
) -> None:
    with production(collected):
        page = client.get("/admin/login/").content.decode()
    styles = re.findall(r'<link[^>]+href="([^"]+\.css)"', page)
    assert styles
    assert all(re.search(r"\.[0-9a-f]{12}\.css$", style) for style in styles)
