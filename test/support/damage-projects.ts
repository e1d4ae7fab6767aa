import type { Database } from 'better-sqlite3'
import type { Damage } from './damage.ts'
import { editDatabase } from './data-directory.ts'

/** A state with an object of every table, for `projectDamages`. */
export const projectSeed = `
  projects:
    - id: proj_a
      name: Web
      service_accounts:
        - { id: user-bot, name: bot, api_keys: [{ id: key_bot, name: of the bot, scopes: [api.model.read] }] }
        - { id: user-gone, name: gone, deleted: true, api_keys: [{ id: key_gone }] }
      api_keys: [{ id: key_jane, name: of Jane, owner: { id: user-jane, name: Jane } }]
    - { id: proj_old, name: Old, archived_at: -1d, service_accounts: [{ name: idle, role: none }] }
  audit_logs:
    - id: event_a
      type: project.created
      project: proj_a
      details: { id: proj_a, data: { name: Web } }
      actor: { type: session, session: { user: { id: user-jane, email: jane@example.com } } }
    - { id: event_b, type: login.failed, project: null, actor: null, details: { id: 5 } }
  keys: [{ id: key_reader, name: reader, scopes: [api.management.read] }]`

const sql = (name: string, message: RegExp, statement: string): Damage => ({
  name,
  message,
  damage: (path) => editDatabase(path, (db) => void db.exec(statement)),
})

/** Changes a table as if its columns had neither types nor rules, which bits that flip do. */
const unchecked = (name: string, message: RegExp, table: string, statement: string): Damage => ({
  name,
  message,
  damage: (path) =>
    editDatabase(path, (db) => {
      const schema =
        db.prepare<[string], string>('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table) ?? ''
      db.pragma('ignore_check_constraints = ON')
      replaceSchema(db, table, schema.replaceAll(/ NOT NULL| STRICT/g, ''))
      db.exec(statement)
      replaceSchema(db, table, schema)
    }),
})

function replaceSchema(db: Database, table: string, schema: string): void {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(schema, table)
  db.pragma('writable_schema = RESET')
  db.unsafeMode(false)
}

/** Ways in which the projects, accounts, project keys and events of a database can be damaged. */
export const projectDamages: Damage[] = [
  sql('without its table of projects', /has no table 'projects'/, 'DROP TABLE projects'),
  sql('without its table of accounts', /has no table 'service_accounts'/, 'DROP TABLE service_accounts'),
  sql('without its table of project keys', /has no table 'project_api_keys'/, 'DROP TABLE project_api_keys'),
  sql('without its audit log', /has no table 'audit_events'/, 'DROP TABLE audit_events'),
  sql('without an index', /has no table 'active_projects'/, 'DROP INDEX active_projects'),
  unchecked(
    'with a text for a time',
    /is a damaged SQLite database/,
    'projects',
    `UPDATE projects SET created_at = 'x'`,
  ),
  unchecked(
    'with a project without a name',
    /is a damaged SQLite database/,
    'projects',
    'UPDATE projects SET name = NULL',
  ),
  unchecked(
    'with an unknown role',
    /is a damaged SQLite database|has a damaged service account: "user-/,
    'service_accounts',
    `UPDATE service_accounts SET role = 'king'`,
  ),
  unchecked(
    'with scopes that are not JSON',
    /is a damaged SQLite database|has a damaged key: "key_/,
    'project_api_keys',
    `UPDATE project_api_keys SET scopes = '['`,
  ),
  unchecked(
    'with an unknown access of an owner',
    /is a damaged SQLite database|has a damaged key: "key_/,
    'project_api_keys',
    `UPDATE project_api_keys SET owner_project_access = 'maybe'`,
  ),
  sql('without a default project', /has no default project/, 'DELETE FROM projects WHERE position = 1'),
  sql('with an archived default project', /has no default project/, 'UPDATE projects SET archived_at = 5'),
  sql(
    'with a project at a wrong place',
    /has a damaged project: "proj_a"/,
    `UPDATE projects SET created_at = created_at + 1 WHERE id = 'proj_a'`,
  ),
  sql(
    'with an unknown residency',
    /has a damaged project: "proj_a"/,
    `UPDATE projects SET residency = 'MOON' WHERE id = 'proj_a'`,
  ),
  sql(
    'with a negative time of archiving',
    /has a damaged project: "proj_old"/,
    `UPDATE projects SET archived_at = -5 WHERE id = 'proj_old'`,
  ),
  sql(
    'with an account of an unknown project',
    /has a damaged service account: "user-bot"/,
    `UPDATE service_accounts SET project_id = 'proj_x' WHERE id = 'user-bot'`,
  ),
  sql(
    'with a project key of an unknown project',
    /has a damaged key: "key_jane"/,
    `UPDATE project_api_keys SET project_id = 'proj_x' WHERE id = 'key_jane'`,
  ),
  sql(
    'with a key of an unknown account',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET service_account_id = 'user-x' WHERE id = 'key_bot'`,
  ),
  sql(
    'with a key of an account of another project',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET project_id = 'proj_old' WHERE id = 'key_bot'`,
  ),
  sql(
    'with a key without an owner',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET service_account_id = NULL WHERE id = 'key_bot'`,
  ),
  sql(
    'with a key of two owners',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET user = (SELECT user FROM project_api_keys WHERE id = 'key_jane') WHERE id = 'key_bot'`,
  ),
  sql(
    'with a user without an email address',
    /has a damaged key: "key_jane"/,
    `UPDATE project_api_keys SET user = json_remove(user, '$.email') WHERE id = 'key_jane'`,
  ),
  sql(
    'with scopes that are no list of texts',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET scopes = '[1]' WHERE id = 'key_bot'`,
  ),
  sql(
    'with scopes of an admin key that are no list',
    /has a damaged key: "key_reader"/,
    `UPDATE admin_api_keys SET scopes = '{}' WHERE id = 'key_reader'`,
  ),
  sql(
    'with a short digest of a project key',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET value_sha256 = x'00' WHERE id = 'key_bot'`,
  ),
  sql(
    'with a mask of a billion in a project key',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET value_length = 1e9 WHERE id = 'key_bot'`,
  ),
  sql(
    'with a negative expiry of a project key',
    /has a damaged key: "key_bot"/,
    `UPDATE project_api_keys SET expires_at = -1 WHERE id = 'key_bot'`,
  ),
  sql(
    'with an event that is not JSON',
    /has a damaged event: "event_a"/,
    `UPDATE audit_events SET json = '{"id":' WHERE id = 'event_a'`,
  ),
  sql(
    'with an event without details',
    /has a damaged event: "event_a"/,
    `UPDATE audit_events SET json = json_remove(json, '$."project.created"') WHERE id = 'event_a'`,
  ),
  sql(
    'with an event of an unknown type',
    /has a damaged event: "event_b"/,
    `UPDATE audit_events SET type = 'x', json = replace(json, 'login.failed', 'x') WHERE id = 'event_b'`,
  ),
  sql(
    'with an event of another id',
    /has a damaged event: "event_x"/,
    `UPDATE audit_events SET id = 'event_x' WHERE id = 'event_a'`,
  ),
  sql(
    'with another actor in a column',
    /has a damaged event: "event_a"/,
    `UPDATE audit_events SET actor_email = NULL WHERE id = 'event_a'`,
  ),
  sql(
    'with an event at another time',
    /has a damaged event: "event_a"/,
    `UPDATE audit_events SET json = json_set(json, '$.effective_at', 5) WHERE id = 'event_a'`,
  ),
  sql(
    'with an actor that is a text',
    /has a damaged event: "event_a"/,
    `UPDATE audit_events SET json = json_set(json, '$.actor', 'Jane') WHERE id = 'event_a'`,
  ),
]
