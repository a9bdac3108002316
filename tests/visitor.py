"""A browser that sends forms, at processes of the product."""

import re
import time
from dataclasses import dataclass, field

import requests

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass
class Visitor:
    """A browser of somebody, and how long each of its pages took."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)
    took: list[float] = field(default_factory=list)

    def open(self, path: str) -> requests.Response:
        """Look at a page."""
        return self._timed("GET", path)

    def send(self, path: str, **data: str) -> requests.Response:
        """Open the form at `path`, fill it in and send it."""
        token = TOKEN.search(self.open(path).text)
        assert token is not None, path
        data["csrfmiddlewaretoken"] = token[1]
        return self._timed("POST", path, data=data)

    def give_password(self, name: str, password: str) -> requests.Response:
        """Send the login form."""
        return self.send("/admin/login/", username=name, password=password)

    def give_code(self, code: str) -> requests.Response:
        """Send the form for the second factor."""
        return self.send("/accounts/2fa/authenticate/", code=code)

    def _timed(self, method: str, path: str, **more: object) -> requests.Response:
        began = time.monotonic()
        answer = self.http.request(
            method,
            f"{self.url}{path}",
            allow_redirects=False,
            timeout=60,
            **more,  # type: ignore[arg-type]
        )
        self.took.append(time.monotonic() - began)
        return answer
