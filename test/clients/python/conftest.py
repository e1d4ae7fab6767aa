from collections.abc import Iterator

import pytest
from openai.resources.admin.organization import AdminAPIKeys, Organization

from sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A new sandbox, which is removed after the test."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.remove()


@pytest.fixture
def keys(sandbox: Sandbox) -> AdminAPIKeys:
    """The keys API, authenticated with the admin key."""
    return sandbox.client().admin.organization.admin_api_keys


@pytest.fixture
def organization(sandbox: Sandbox) -> Organization:
    return sandbox.organization()
