"""A sandbox of the emulator, which is an isolated organization for one test, and its controls."""

import json
import os
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from openai import OpenAI
from openai.resources import Models
from openai.resources.admin.organization import Organization

EMULATOR = os.environ.get("EMULATOR_URL", "http://127.0.0.1:4010")


def send(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=30) as response:
        return json.load(response)


class Sandbox:
    def __init__(self) -> None:
        created = send("POST", f"{EMULATOR}/_emulator/sandboxes", {})
        self.name: str = created["name"]
        self.base_url: str = created["base_url"]
        self.admin_key: str = created["admin_key"]
        self._control = f"{EMULATOR}/sandbox/{self.name}/_emulator"

    def client(self, admin_key: str | None = None, **options: Any) -> OpenAI:
        """A client that uses the admin key unless another key is given."""
        return OpenAI(base_url=self.base_url, admin_api_key=admin_key or self.admin_key, **options)

    def organization(self) -> Organization:
        return self.client().admin.organization

    def models_as(self, api_key: str) -> Models:
        """The list of models, which authenticates keys of projects."""
        return OpenAI(base_url=self.base_url, api_key=api_key).models

    def add_keys(self, *keys: dict[str, Any]) -> None:
        send("POST", f"{self._control}/state", {"keys": keys})

    def arm(self, **fault: Any) -> None:
        send("POST", f"{self._control}/faults", fault)

    def advance(self, duration: str) -> None:
        send("PUT", f"{self._control}/clock", {"advance": duration})

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        return send("GET", f"{self._control}/journal?{urlencode(filters)}")["data"]

    def remove(self) -> None:
        send("DELETE", f"{EMULATOR}/_emulator/sandboxes/{self.name}")
