from collections.abc import Iterator

import pytest
from openai.resources.admin.organization import AdminAPIKeys

from sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An organization of the test's own, which is gone after it."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.remove()


@pytest.fixture
def keys(sandbox: Sandbox) -> AdminAPIKeys:
    """Its keys, as the admin key sees them."""
    return sandbox.client().admin.organization.admin_api_keys
