"""A person at the page of an import."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import signed_in


class Importer:
    """Uploads, says how it is read, looks, and says yes."""

    def __init__(self, where: Evaluation, kind: str, who: User) -> None:
        self.client: Any = signed_in(who)
        self.url = reverse(f"admin:evaluation_import_{kind}", args=[where.slug])
        self.body = ""

    def post(self, content: str | bytes, name: str = "list.csv") -> HttpResponse:
        """Hand a file in."""
        raw = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile(name, raw)
        answer: HttpResponse = self.client.post(
            self.url, {"step": "upload", "file": file}
        )
        return answer

    def upload(self, content: str | bytes, name: str = "list.csv") -> str:
        """Hand a file in, and look at what it would do."""
        answer = self.post(content, name)
        assert answer.status_code == 302, answer.content.decode()
        return self.see()

    def see(self) -> str:
        """The page."""
        answer = self.client.get(self.url)
        assert answer.status_code == 200
        self.body = answer.content.decode()
        return self.body

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"no {name} on the page"
        return found[1]

    def yes(self) -> dict[str, str]:
        """What the button of the page says."""
        self.see()
        return {
            "step": "apply",
            "import": self.hidden("import"),
            "shown": self.hidden("shown"),
        }

    def say(self, said: dict[str, Any]) -> HttpResponse:
        """Post a step."""
        answer: HttpResponse = self.client.post(self.url, said)
        return answer

    def read(self, **said: Any) -> str:
        """Say how it is read: what the form shows, but for `said`."""
        form = self.client.get(self.url).context["reading"]
        shown = {name: form[name].value() for name in form.fields}
        data = {key: "" if it is None else it for key, it in (shown | said).items()}
        data = {key: it for key, it in data.items() if it is not False}
        answer = self.client.post(self.url, {"step": "read", **data})
        assert answer.status_code == 302, answer.content.decode()
        return self.see()

    def answer(self, answers: dict[str, str]) -> str:
        """Choose in menus, or type cells anew, by key."""
        answer = self.say({"step": "answer", **answers})
        assert answer.status_code == 302, answer.content.decode()
        return self.see()

    def take(self, content: str | bytes, name: str = "list.csv") -> None:
        """Hand a file in and say yes."""
        self.upload(content, name)
        answer = self.say(self.yes())
        assert answer.status_code == 302, answer.content.decode()
