"""Posters of wrong passwords, in a process of their own; `python -m` runs them.

They post as fast as they are answered, over connections that are kept, and do not wait
when they are asked to.
"""

import json
import re
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

FORM = "/admin/login/"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


class Browser:
    """One kept connection, from an address of this machine, and its cookies.

    The address is said as a proxy would; ours says it itself.
    """

    def __init__(self, url: str, address: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            kind: Any = HTTPSConnection
            more: dict[str, Any] = {"context": context}
        else:
            kind, more = HTTPConnection, {}
        self.http = kind(
            "127.0.0.1", parts.port, timeout=60, source_address=(address, 0), **more
        )
        self.own = {"Host": parts.netloc, "X-Forwarded-For": address, "Referer": url}
        self.cookies: dict[str, str] = {}

    def close(self) -> None:
        self.http.close()

    def ask(
        self, method: str, path: str = FORM, body: str | None = None
    ) -> tuple[int, Any, bytes]:
        """The answer: status, headers, body."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**self.own, "Cookie": cookies}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers, answer.read()

    def form(self, name: str, password: str) -> str:
        """The login form, filled in."""
        token = TOKEN.search(self.ask("GET")[2])
        assert token is not None
        words = {"username": name, "password": password}
        return urlencode({**words, "csrfmiddlewaretoken": token[1].decode()})

    def sign_out(self) -> None:
        """Forget the session, and stay a browser that is known."""
        for cookie in [cookie for cookie in self.cookies if "session" in cookie]:
            del self.cookies[cookie]

    def sign_in(self, name: str, password: str) -> int:
        """The status that answers, of somebody who is signed in nowhere."""
        self.sign_out()
        return self.ask("POST", body=self.form(name, password))[0]


@contextmanager
def posting(
    url: str, name: str, addresses: int, answers: Counter[str], posters: int = 24
) -> Iterator[None]:
    """Let them post meanwhile, from so many addresses; count how they are answered."""
    command = [sys.executable, "-m", "tests.accounts.posters"]
    process = subprocess.Popen(
        [*command, url, name, str(addresses), str(posters)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        said, _ = process.communicate("")
        answers.update(json.loads(said))


def main(url: str, name: str, addresses: str, posters: str) -> None:
    """Post until the standard input is closed."""
    answers: Counter[str] = Counter()
    done = threading.Event()
    ready = threading.Barrier(int(posters) + 1)

    def poster(number: int) -> None:
        address = f"127.0.{100 + number % int(addresses)}.1"
        with closing(Browser(url, address)) as browser:
            form = browser.form(name, f"wrong {number}")
            ready.wait()
            while not done.is_set():
                status, headers, _ = browser.ask("POST", body=form)
                wait = headers.get("Retry-After")
                answers[f"{status}, Retry-After: {wait}" if wait else str(status)] += 1

    threads = [threading.Thread(target=poster, args=(n,)) for n in range(int(posters))]
    for thread in threads:
        thread.start()
    ready.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    done.set()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
