-- Projects, their service accounts and API keys, and the audit log. Positions and times as in admin_api_keys; an index on
-- other columns contains the position too, so that it is in list order.

CREATE TABLE projects (
  position        INTEGER PRIMARY KEY, -- 1 for the default project, which is the first of every list; never negative
  id              TEXT NOT NULL UNIQUE,
  name            TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  archived_at     INTEGER,             -- NULL = active; the accounts and keys of an archived project count as deleted
  external_key_id TEXT,
  residency       TEXT NOT NULL
) STRICT;
CREATE INDEX active_projects ON projects (position) WHERE archived_at IS NULL;
CREATE INDEX archived_projects ON projects (id) WHERE archived_at IS NOT NULL;

CREATE TABLE service_accounts (
  position   INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  project_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL CHECK (role IN ('owner', 'member', 'none'))
) STRICT;
CREATE INDEX service_accounts_by_project ON service_accounts (project_id);

CREATE TABLE project_api_keys (
  position             INTEGER PRIMARY KEY,
  id                   TEXT NOT NULL,
  value_sha256         BLOB NOT NULL,
  project_id           TEXT NOT NULL,
  service_account_id   TEXT, -- the owner; NULL if it is a user
  owner_project_access TEXT NOT NULL CHECK (owner_project_access IN ('active', 'inactive')),
  expires_at           INTEGER, -- before what can be long: searches read it of every key
  last_used_at         INTEGER,
  user                 TEXT CHECK (json_valid(user)), -- {id, email, name, created_at, role}; NULL if it is an account
  name                 TEXT NOT NULL,
  redacted_value       TEXT NOT NULL,
  value_length         INTEGER, -- with fourth_last as in admin_api_keys
  fourth_last          TEXT,
  scopes               TEXT NOT NULL CHECK (json_valid(scopes)) -- [] = all
) STRICT;
CREATE UNIQUE INDEX project_api_keys_by_id ON project_api_keys (id);
CREATE UNIQUE INDEX project_api_keys_by_value ON project_api_keys (value_sha256);
CREATE INDEX project_api_keys_by_project ON project_api_keys (project_id);
CREATE INDEX project_api_keys_by_access ON project_api_keys (project_id, owner_project_access);
CREATE INDEX project_api_keys_by_account ON project_api_keys (service_account_id);

-- Indexes on the columns between id and json are created by the first list that filters by them (decision 26).
CREATE TABLE audit_events (
  position     INTEGER PRIMARY KEY, -- by effective_at; never negative
  id           TEXT NOT NULL,
  type         TEXT NOT NULL,
  project_id   TEXT,
  actor_key_id TEXT, -- the key that acted
  actor_id     TEXT, -- the user or service account that owns it
  actor_email  TEXT,
  resource_id  TEXT, -- what was written to
  json         TEXT NOT NULL -- the event as the API returns it
) STRICT;
CREATE UNIQUE INDEX audit_events_by_id ON audit_events (id);

ALTER TABLE admin_api_keys ADD COLUMN scopes TEXT CHECK (json_valid(scopes)); -- NULL = all
ALTER TABLE sandbox ADD COLUMN models TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(models)); -- their ids
-- A sandbox from before has the default models.
UPDATE sandbox SET models = '["gpt-5","gpt-5-mini","text-embedding-3-small"]';

-- The default project of a sandbox from before; the same id in each of its images.
INSERT INTO projects (position, id, name, created_at, residency)
SELECT 1, 'proj_' || substr(hex(organization ->> '$.id') || '000000000000000000000000', 1, 24), 'Default project',
  CAST(organization ->> '$.user.created_at' AS INTEGER), 'GLOBAL'
FROM sandbox;
