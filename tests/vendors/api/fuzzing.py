"""Letting schemathesis read the description and try all that it allows, and more."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Of what the shape allows, the rules refuse much: a ref that is not asked, a past day.
NOT_PROMISED = "positive_data_acceptance"
# A whole number where an array of them is described is in a form the bytes of an array
# of one, so it is taken. That JSON is refused, says tests/workflow/api/test_acts.py.
SAME_IN_A_FORM = ("/api/v1/staff/acts/change-reminder-days/{target}/",)
PARAMETERS = ("invitation", "ref", "file", "gap", "slug", "target")
CASES = re.compile(r"([\d,]+) generated")


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of a run."""

    code: int
    said: str
    # Every request with its answer, as a HAR file.
    heard: Path

    @property
    def cases(self) -> int:
        """How many cases it tried."""
        found = CASES.search(self.said)
        return int(found[1].replace(",", "")) if found else 0


def fuzz(
    site: str,
    token: str,
    folder: Path,
    *options: str,
    schema: str = "api/v1/schema/",
    targets: Mapping[str, str] | None = None,
    **ids: str,
) -> Fuzzed:
    """Try every call of a schema with one token; `ids` stand in addresses, and of
    single addresses the `targets`."""
    folder.mkdir(exist_ok=True)
    config, heard = folder / "schemathesis.toml", folder / "heard.har"
    lines = [f'"path.{name}" = "{ids[name]}"' for name in PARAMETERS if name in ids]
    for path, target in (targets or {}).items():
        lines += ["[[operations]]", f'include-path = "{path}"']
        lines += ["[operations.parameters]", f'"path.target" = "{target}"']
        if path in SAME_IN_A_FORM:
            lines += ["[operations.checks]", "negative_data_rejection.enabled = false"]
    config.write_text("\n".join(["[parameters]", *lines, ""]))
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={config}",
            "run",
            f"{site}/{schema}",
            f"--header=Authorization: Bearer {token}",
            "--seed=1",
            f"--exclude-checks={NOT_PROMISED}",
            # How quick it is depends on the machine and is not asked here.
            "--suppress-health-check=all",
            "--request-timeout=60",
            "--report=har",
            f"--report-har-path={heard}",
            "--generation-database=none",
            "--no-color",
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=1200,
        check=False,
    )
    return Fuzzed(run.returncode, run.stdout + run.stderr, heard)
