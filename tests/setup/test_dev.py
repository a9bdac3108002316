"""./dev finds a Python, whatever stands first on PATH, and says what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = (
    *("sh", "dirname", "cat", "cksum", "grep", "mkdir", "rm", "sed", "sleep"),
    *("tr", "head"),
)
# Old enough to be refused, whatever it is asked.
OLD_PYTHON = '#!/bin/sh\necho "3.9 0"\n'
BROKEN_SHIM = "#!/bin/sh\necho 'pyenv: version not installed' >&2\nexit 127\n"
MANAGE = "import os, sys; print(sys.version_info[:2], os.getcwd(), sys.argv[1:])\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout with nothing to install and a manage.py that tells where it runs."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    shutil.copy(ROOT / "dev", folder / "dev")
    (folder / "manage.py").write_text(MANAGE)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text("")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH folder with the tools that every system has, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    return folder


def program(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def dev(clone: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(clone / "dev"), *arguments],
        env={"HOME": str(clone), "PYTHON_FOLDERS": "", **env},
        cwd=clone.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def real_python() -> Path:
    """The interpreter below the environment that these tests run in."""
    return Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}"


@pytest.mark.nightly(
    reason="Makes an environment; each push has a machine without a Python.",
    short="::test_without_a_python_it_says_which_one_and_how_to_get_it",
)
def test_a_newer_python_beside_an_older_first_one_is_found(
    clone: Path, path: Path, tmp_path: Path
) -> None:
    program(path / "python3", OLD_PYTHON)
    program(path / "python3.13", BROKEN_SHIM)
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "python3.12").symlink_to(real_python())
    done = dev(clone, "manage", "one", "two", PATH=f"{path}:{tmp_path / 'later'}")
    assert done.returncode == 0, done.stderr
    version = (sys.version_info[0], sys.version_info[1])
    # From where the caller stands, with the arguments as they were.
    assert done.stdout == f"{version} {tmp_path} ['one', 'two']\n"

    again = dev(clone, "manage", PATH=str(path))
    assert again.returncode == 0
    assert "Installing" not in again.stderr
    (clone / "requirements.txt").write_text("# changed\n")
    assert "Installing" in dev(clone, "manage", PATH=str(path)).stderr


@pytest.mark.nightly(
    reason="Makes an environment; each push has a machine without a Python.",
    short="::test_without_a_python_it_says_which_one_and_how_to_get_it",
)
def test_a_system_folder_is_looked_into_beside_path(clone: Path, path: Path) -> None:
    program(path / "python3", OLD_PYTHON)
    system = str(real_python().parent)
    done = dev(clone, "manage", PATH=str(path), PYTHON_FOLDERS=system)
    assert done.returncode == 0, done.stderr


def test_without_a_python_it_says_which_one_and_how_to_get_it(
    clone: Path, path: Path
) -> None:
    program(path / "python3", OLD_PYTHON)
    done = dev(clone, "manage", PATH=str(path))
    assert done.returncode == 1
    assert "needs Python 3.12 or newer" in done.stderr
    assert f"{path}/python3 is 3.9" in done.stderr
    assert "apt install python3-venv" in done.stderr


@pytest.mark.nightly(
    reason="Makes an environment twice; each push has a machine without a Python.",
    short="::test_without_a_python_it_says_which_one_and_how_to_get_it",
)
def test_a_changed_lock_is_installed_again(clone: Path, path: Path) -> None:
    (path / "python3").symlink_to(real_python())
    assert "Installing" in dev(clone, "manage", PATH=str(path)).stderr
    (clone / "requirements.txt").write_text("# changed\n")
    assert "Installing" in dev(clone, "manage", PATH=str(path)).stderr


def test_an_unknown_command_shows_the_known_ones(clone: Path, path: Path) -> None:
    done = dev(clone, "destroy", PATH=str(path))
    assert done.returncode == 1
    assert "usage: ./dev" in done.stderr
    assert '"destroy"' in done.stderr


def test_it_is_plain_posix_shell() -> None:
    shell = shutil.which("dash") or "sh"
    assert subprocess.run([shell, "-n", str(ROOT / "dev")], check=False).returncode == 0
    assert os.access(ROOT / "dev", os.X_OK)
