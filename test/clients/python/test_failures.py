import pytest
from openai import APIResponseValidationError, InternalServerError


def test_the_client_retries_after_429(keys, sandbox):
    sandbox.arm(
        operation="admin-api-keys-list", kind="error", status=429, headers={"retry-after-ms": "50"}, times=2
    )
    keys.list()
    attempts = sandbox.requests(operation="admin-api-keys-list")
    assert [(each["retry_count"], each["status"]) for each in attempts] == [(0, 429), (1, 429), (2, 200)]
    assert all(each["since_previous_ms"] >= 45 for each in attempts[1:])


def test_the_client_retries_after_503(keys, sandbox):
    sandbox.arm(operation="admin-api-keys-create", kind="error", status=503, headers={"retry-after-ms": "1"})
    keys.create(name="ci")
    attempts = sandbox.requests(operation="admin-api-keys-create")
    assert [each["status"] for each in attempts] == [503, 200]


def test_the_client_gives_up_after_repeated_503(keys, sandbox):
    sandbox.arm(operation="admin-api-keys-get", kind="error", status=503, headers={"retry-after-ms": "1"}, times=None)
    with pytest.raises(InternalServerError):
        keys.retrieve("key_any")
    assert len(sandbox.requests(status=503)) == 3


def test_the_journal_finds_orphans_of_lost_responses(keys, sandbox):
    sandbox.arm(operation="admin-api-keys-create", when="after_commit", kind="connection_reset")
    key = keys.create(name="deploy")
    [lost] = sandbox.requests(operation="admin-api-keys-create", delivered="false")
    orphan = lost["key_id"]
    assert [each.id for each in keys.list() if each.name == "deploy"] == [orphan, key.id]
    keys.delete(orphan)


def test_strict_validation_rejects_wrong_types(sandbox):
    keys = sandbox.client(_strict_response_validation=True).admin.organization.admin_api_keys
    key = keys.create(name="ci", expires_in_seconds=3600)
    keys.retrieve(key.id)
    keys.list()
    keys.delete(key.id)
    falsified = [{"op": "replace", "path": "/created_at", "value": "yesterday"}]
    sandbox.arm(operation="admin-api-keys-create", kind="json_patch", patch=falsified)
    with pytest.raises(APIResponseValidationError):
        keys.create(name="ci")
