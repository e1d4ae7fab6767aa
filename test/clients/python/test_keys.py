import pytest
from openai import AuthenticationError, NotFoundError, OpenAI

from sandbox import EMULATOR


def test_create_without_expiry(keys):
    key = keys.create(name="ci")
    assert key.object == "organization.admin_api_key"
    assert key.name == "ci"
    assert key.value.startswith("sk-admin-")
    assert key.expires_at is None and "expires_at" in key.model_fields_set


def test_create_with_expiry(keys):
    key = keys.create(name="ci", expires_in_seconds=3600)
    assert key.expires_at == key.created_at + 3600


def test_retrieve(keys):
    created = keys.create(name="ci")
    assert keys.retrieve(created.id).to_dict() == {
        field: value for field, value in created.to_dict().items() if field != "value"
    }


def test_delete(keys):
    key = keys.create(name="ci")
    deleted = keys.delete(key.id)
    assert (deleted.id, deleted.deleted) == (key.id, True)
    assert deleted.object == "organization.admin_api_key.deleted"
    with pytest.raises(NotFoundError):
        keys.retrieve(key.id)


def test_last_use(keys, sandbox):
    key = keys.create(name="ci")
    assert key.last_used_at is None
    sandbox.client(key.value).admin.organization.admin_api_keys.list()
    assert keys.retrieve(key.id).last_used_at is not None


def test_unknown_outside_its_sandbox(keys):
    key = keys.create(name="ci")
    elsewhere = OpenAI(base_url=f"{EMULATOR}/v1", admin_api_key=key.value)
    with pytest.raises(AuthenticationError):
        elsewhere.admin.organization.admin_api_keys.list()


def test_expiry_by_the_clock(keys, sandbox):
    key = keys.create(name="ci", expires_in_seconds=30 * 86_400)
    ci = sandbox.client(key.value).admin.organization.admin_api_keys
    ci.list()
    sandbox.advance("30d")
    with pytest.raises(AuthenticationError):
        ci.list()
