"""Disks that are soon full: a few megabytes of memory, mounted in a folder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILLER = "filler"


@dataclass(frozen=True)
class SmallDisk:
    """A disk of its own in `folder`."""

    folder: Path

    def fill(self, *, leave: int = 0) -> None:
        """Take all of its room but `leave` bytes."""
        with (self.folder / FILLER).open("wb", buffering=0) as file:
            os.posix_fallocate(file.fileno(), 0, self.free() - leave)

    def free(self) -> int:
        """How many bytes fit."""
        return shutil.disk_usage(self.folder).free

    def empty(self) -> None:
        """Give back what `fill` took."""
        (self.folder / FILLER).unlink()


@contextmanager
def small_disk(
    folder: Path, *, size: str, owner: int | None = None
) -> Iterator[SmallDisk]:
    """A disk of `size`, as `mount` writes it, in a new folder; root or sudo mounts."""
    folder.mkdir()
    root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    whose = os.geteuid() if owner is None else owner
    options = f"size={size},mode=0750,uid={whose}"
    subprocess.run(
        [*root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True
    )
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([*root, "umount", "--lazy", folder], check=True)
