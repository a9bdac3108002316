"""What may be set is documented, and what is documented reaches who reads it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCUMENTS = ("README.md", "docs/accounts.md", "docs/operations.md")
NAME = re.compile(r"`([A-Z][A-Z0-9_]{3,})`")
READ = re.compile(r"""env\.\w+\(\s*["']([A-Z_]+)["']""")
# Of a machine without compose: the image, or compose, settles them.
SETTLED = {
    *("DEMO", "DEBUG", "PORT", "DATA_DIR", "MEDIA_ROOT", "STATIC_ROOT"),
    *("NUM_PROXIES", "SERVE_VENDOR_API", "ANCHORS_FILE", "REDIS_URL"),
    "BACKUP_STATUS",
    *("DATABASE_URL", "OWNER_DATABASE_URL", "VENDOR_DATABASE_URL"),
}


def documented() -> set[str]:
    """The variables that begin a row of a table."""
    rows = "\n".join(
        line.split("|")[1]
        for name in DOCUMENTS
        for line in (ROOT / name).read_text().splitlines()
        if line.startswith("| `")
    )
    return set(NAME.findall(rows))


def taken_from_env_file() -> set[str]:
    """The variables that compose takes from .env."""
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))


def read_by_the_product() -> set[str]:
    """The variables that some part of the product reads."""
    return {
        name
        for app in ("evaltracker", "stakeholders", "vendors", "trials")
        for file in (ROOT / app).rglob("*.py")
        if file.parent.name != "client"  # it runs elsewhere, and reads what is there
        for name in READ.findall(file.read_text())
    }


def test_each_documented_variable_is_handed_to_a_service() -> None:
    handed = taken_from_env_file() | set(re.findall(r"^ +([A-Z_]+):", COMPOSE, re.M))
    assert documented() - handed - SETTLED - {"COMPOSE_PROFILES"} == set()


def test_each_variable_of_the_env_file_is_documented() -> None:
    assert taken_from_env_file() - documented() == set()


def test_each_variable_that_the_product_reads_can_be_set_in_compose() -> None:
    assert read_by_the_product() - taken_from_env_file() - SETTLED == set()
