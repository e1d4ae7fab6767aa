import pytest
from openai import AuthenticationError


@pytest.fixture
def account(organization):
    """A service account with its first key, and the project that it is in."""
    project = organization.projects.create(name="Web")
    account = organization.projects.service_accounts.create(project.id, name="ci")
    assert account.api_key is not None
    return project.id, account.id, account.api_key


def test_rotating_service_account_keys(organization, sandbox, account):
    project_id, account_id, old = account
    projects = organization.projects
    new = projects.service_accounts.api_keys.create(account_id, project_id=project_id, name="rotated")
    assert sandbox.models_as(new.value).list().data
    deleted = projects.api_keys.delete(old.id, project_id=project_id)
    assert (deleted.id, deleted.deleted) == (old.id, True)
    with pytest.raises(AuthenticationError):
        sandbox.models_as(old.value).list()
    [left] = projects.api_keys.list(project_id).data
    assert (left.id, left.owner.service_account.id) == (new.id, account_id)
    assert left.last_used_at is not None


def test_archiving_projects_deletes_their_keys(organization, sandbox, account):
    project_id, _, key = account
    sandbox.models_as(key.value).list()
    archived = organization.projects.archive(project_id)
    assert (archived.id, archived.status) == (project_id, "archived")
    assert archived.archived_at is not None
    with pytest.raises(AuthenticationError):
        sandbox.models_as(key.value).list()
    assert [each.name for each in organization.projects.list()] == ["Default project"]
    assert [each.name for each in organization.projects.list(include_archived=True)] == ["Default project", "Web"]


def test_audit_log_shows_rotations(organization, account):
    project_id, account_id, old = account
    new = organization.projects.service_accounts.api_keys.create(account_id, project_id=project_id)
    organization.projects.api_keys.delete(old.id, project_id=project_id)
    deletion, creation = organization.audit_logs.list(
        event_types=["api_key.created", "api_key.deleted"], resource_ids=[old.id, new.id]
    ).data
    assert (deletion.type, deletion.api_key_deleted.id, deletion.actor.type) == ("api_key.deleted", old.id, "api_key")
    assert (creation.type, creation.api_key_created.id, creation.actor.type) == ("api_key.created", new.id, "api_key")


def test_audit_log_paging_visits_every_event(organization, sandbox, account):
    project_id, _, _ = account
    accounts = organization.projects.service_accounts
    created = [accounts.create(project_id, name=f"ci-{n}").id for n in range(25)][::-1]
    events = organization.audit_logs.list(
        event_types=["service_account.created"], resource_ids=created, limit=10
    )
    assert [event.service_account_created.id for event in events] == created
    assert len(sandbox.requests(operation="list-audit-logs")) == 3
