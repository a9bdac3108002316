"""`./dev bench [NAME ...] [--quick]`: the measurements named, or all, in turn."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """0 when every measurement that was asked for is within its bounds."""
    options = [argument for argument in arguments if argument.startswith("-")]
    wanted = [argument for argument in arguments if argument not in (*options, "all")]
    known = sorted(path.stem for path in HERE.glob("[!_]*.py"))
    if unknown := set(wanted) - set(known):
        print(f"No such benchmark: {', '.join(sorted(unknown))}.")
        print(f"There are: {', '.join(known)}")
        return 2
    # Each in a process of its own, so that none warms another up.
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *options], check=False
        ).returncode
        for name in wanted or known
    ]
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
