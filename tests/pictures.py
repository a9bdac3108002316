"""The documents' pictures, taken of a fresh demo: `./dev pictures [NAME …]`.

They go to docs/images as small PNGs of one size, in the light theme. What the guides
show is what the product looks like once this has run.
"""

import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.waiting import comes

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
LIMIT = 120 * 1024  # bytes of a picture
COLOURS = 128
DESKTOP = (1280, 900)
PHONE = (390, 844)
NONE_OF_THESE = "None of these"


@dataclass(frozen=True)
class Picture:
    """A page of the demo: who opens it, where, and which of its links they follow."""

    name: str
    user: str
    path: str
    link: str = ""
    # What of the page is to be seen, by a CSS selector; blank is its head.
    part: str = ""
    size: tuple[int, int] = DESKTOP


PICTURES = (
    Picture("matrix", "lead", "/admin/e/ml-platform/matrix/?musts=1"),
    Picture("memo", "leadership", "/admin/e/automated-renewals/memo/"),
    Picture("workspace", "lead", "/admin/e/gpu-training/"),
    Picture("my_work", "lead", "/admin/"),
    Picture("requirements", "lead", "/admin/e/data-catalogue/requirements/"),
    Picture("invitations", "lead", "/admin/e/ml-platform/invitations/"),
    Picture("trial", "lead", "/admin/e/gpu-training/trials/", link="/admin/trials/"),
    Picture(
        "measured_trial",
        "lead",
        "/admin/e/gpu-training/trials/",
        link="/admin/trials/",
        part="li:has(> .rn), li:has(.rn)",
    ),
    Picture("comparison", "lead", "/admin/e/gpu-training/comparison/"),
    Picture("stakeholder_work", "it", "/admin/", size=PHONE),
    Picture("sign_off", "it", "/admin/", link="/admin/act/sign/", size=PHONE),
    Picture("vendor_api", "", "/api/v1/docs/"),
    Picture("users", "operator", "/admin/evaluations/user/"),
    Picture("notices", "lead", "/admin/e/gpu-training/notices/"),
)


def main(names: Sequence[str]) -> int:
    """Take the pictures of these names, or all."""
    unknown = set(names) - {picture.name for picture in PICTURES}
    if unknown:
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}.")
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    with demo() as (home, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox"],
        )
        for picture in wanted:
            size = take(browser, home, password, picture)
            sys.stdout.write(f"{picture.name}.png  {size // 1024} kB\n")
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo of its own on a free port: its address, and the password of all logins."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        env = {**os.environ, "PORT": str(port), "DATA_DIR": folder}
        process = subprocess.Popen(
            [sys.executable, "-m", "evaltracker.serving.demo"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            home = f"http://localhost:{port}"
            wait_for(f"{home}/readyz", process)
            logins = (Path(folder) / "logins.txt").read_text()
            found = re.search(r"password[^\n]*?(\S+-demo)", logins, re.IGNORECASE)
            yield home, found.group(1) if found else "evaltracker-demo"
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the address answers; end the program if it never will."""

    def answers() -> bool:
        if process.poll() is not None:
            sys.exit("The demo did not start.")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    if not comes(answers, within=240):
        sys.exit("The demo did not start.")


def take(browser: Browser, home: str, password: str, picture: Picture) -> int:
    """Take one picture, make it small, keep it; its bytes."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.user:
        sign_in(page, home, picture.user, password)
    page.goto(home + picture.path)
    page.wait_for_load_state("networkidle")
    if "/declare-interests/" in page.url:
        page.get_by_role("button", name=NONE_OF_THESE).click()
        page.wait_for_load_state("networkidle")
    if picture.link:
        page.locator(f'main a[href^="{picture.link}"]').first.click()
        page.wait_for_load_state("networkidle")
    if picture.part:
        page.locator(picture.part).first.evaluate("part => part.scrollIntoView()")
    small = smaller(page.screenshot())
    context.close()
    if len(small) > LIMIT:
        sys.exit(f"{picture.name}.png has {len(small)} bytes, over {LIMIT}.")
    (IMAGES / f"{picture.name}.png").write_bytes(small)
    return len(small)


def sign_in(page: Page, home: str, user: str, password: str) -> None:
    """Sign in as people do."""
    page.goto(f"{home}/admin/login/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{home}/admin/**")


def smaller(picture: bytes) -> bytes:
    """The same picture with few colours, which is enough for pages."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    written = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True
    )
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
