import pytest
from openai import AuthenticationError, NotFoundError, OpenAI

from sandbox import EMULATOR


def test_create_returns_the_value(keys):
    key = keys.create(name="ci")
    assert key.object == "organization.admin_api_key"
    assert key.name == "ci"
    assert key.value.startswith("sk-admin-")
    assert key.expires_at is None and "expires_at" in key.model_fields_set


def test_create_sets_the_expiry(keys):
    key = keys.create(name="ci", expires_in_seconds=3600)
    assert key.expires_at == key.created_at + 3600


def test_retrieve_omits_the_value(keys):
    created = keys.create(name="ci")
    assert keys.retrieve(created.id).to_dict() == {
        field: value for field, value in created.to_dict().items() if field != "value"
    }


def test_delete_removes_the_key(keys):
    key = keys.create(name="ci")
    deleted = keys.delete(key.id)
    assert (deleted.id, deleted.deleted) == (key.id, True)
    assert deleted.object == "organization.admin_api_key.deleted"
    with pytest.raises(NotFoundError):
        keys.retrieve(key.id)


def test_authenticating_sets_last_used_at(keys, sandbox):
    key = keys.create(name="ci")
    assert key.last_used_at is None
    sandbox.client(key.value).admin.organization.admin_api_keys.list()
    assert keys.retrieve(key.id).last_used_at is not None


def test_key_is_unknown_in_another_sandbox(keys):
    key = keys.create(name="ci")
    default_sandbox = OpenAI(base_url=f"{EMULATOR}/v1", admin_api_key=key.value)
    with pytest.raises(AuthenticationError):
        default_sandbox.admin.organization.admin_api_keys.list()


def test_advancing_the_clock_expires_the_key(keys, sandbox):
    key = keys.create(name="ci", expires_in_seconds=30 * 86_400)
    ci = sandbox.client(key.value).admin.organization.admin_api_keys
    ci.list()
    sandbox.advance("30d")
    with pytest.raises(AuthenticationError):
        ci.list()
