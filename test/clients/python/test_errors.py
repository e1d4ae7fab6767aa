import pytest
from openai import AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError


def test_unknown_key_is_401(sandbox):
    with pytest.raises(AuthenticationError, match=r"Incorrect API key provided: sk-admin\*\*rong\.") as thrown:
        sandbox.client("sk-admin-wrong").admin.organization.admin_api_keys.list()
    assert (thrown.value.status_code, thrown.value.code, thrown.value.param) == (401, "invalid_api_key", None)


def test_project_key_is_403(sandbox):
    with pytest.raises(PermissionDeniedError, match=r"Missing scopes: api\.management\.write\.") as thrown:
        sandbox.client("sk-proj-of-a-project").admin.organization.admin_api_keys.create(name="ci")
    assert (thrown.value.status_code, thrown.value.code, thrown.value.param) == (403, None, None)


def test_unknown_id_is_404(keys):
    with pytest.raises(NotFoundError, match="The admin API key key_none was not found") as thrown:
        keys.retrieve("key_none")
    assert (thrown.value.status_code, thrown.value.code, thrown.value.param) == (404, "not_found", None)


def test_invalid_value_is_400(keys):
    with pytest.raises(BadRequestError, match="Expected a value >= 1, but got 0 instead.") as thrown:
        keys.create(name="ci", expires_in_seconds=0)
    assert thrown.value.status_code == 400
    assert (thrown.value.code, thrown.value.param) == ("integer_below_min_value", "expires_in_seconds")
