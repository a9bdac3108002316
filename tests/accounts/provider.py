"""A single sign-on of another party: a small OpenID provider on loopback.

It signs in whoever `person` says, without asking; that is between them. What it was
asked and what it claims can be looked at and set.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "evaltracker"
SECRET = "between-the-two-of-us"


@cache
def key() -> rsa.RSAPrivateKey:
    """What it signs with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """The other party; `person` are the claims about whoever sits at the browser."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.home = f"http://127.0.0.1:{self.server_address[1]}"
        self.person: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.refuses = False

    def settings(self, **more: Any) -> dict[str, Any]:
        """What the product has to know of it."""
        app = {
            "provider_id": "company",
            "name": "Example sign-on",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {
                "server_url": self.home,
                "oauth_pkce_enabled": True,
                "verified_email": [],
                **more,
            },
        }
        return {"openid_connect": {"APPS": [app]}}


class Handler(BaseHTTPRequestHandler):
    """Discovery, authorisation, token, claims."""

    server: Provider

    def log_message(self, *args: Any) -> None:
        """Be silent."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        home = self.server.home
        match where.path:
            case "/.well-known/openid-configuration":
                self._say(
                    {
                        "issuer": home,
                        "authorization_endpoint": f"{home}/authorize",
                        "token_endpoint": f"{home}/token",
                        "userinfo_endpoint": f"{home}/userinfo",
                        "jwks_uri": f"{home}/jwks",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )
            case "/authorize":
                self._authorize(asked)
            case "/userinfo":
                self._say(self.server.person)
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode())
        asked = self.server.codes.pop(form["code"][0], None)
        if asked is None or form["client_secret"] != [SECRET]:
            self.send_error(400)
            return
        now = int(time.time())
        claims = {"iss": self.server.home, "aud": CLIENT, "iat": now, "exp": now + 60}
        token = jwt.encode({**claims, **self.server.person}, key(), algorithm="RS256")
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _authorize(self, asked: dict[str, str]) -> None:
        self.server.asked.append(asked)
        answer = {"state": asked["state"], "error": "access_denied"}
        if not self.server.refuses:
            code = secrets.token_urlsafe()
            self.server.codes[code] = asked
            answer = {"state": asked["state"], "code": code}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _say(self, words: dict[str, Any]) -> None:
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Provider]:
    """The provider for as long as the block lasts."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        yield provider
        provider.shutdown()
        thread.join()
