import { randomBytes } from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { editDatabase } from './data-directory.ts'
import { createTemporaryFolder } from './files.ts'

/** A way to damage the file of a database, and what a message says about it. */
export interface Damage {
  name: string
  message: RegExp
  damage: (path: string) => void
}

const edited = (name: string, message: RegExp, edit: (db: Database) => void): Damage => ({
  name,
  message,
  damage: (path) => editDatabase(path, edit),
})

const sql = (name: string, message: RegExp, statement: string) => edited(name, message, (db) => void db.exec(statement))

/** Replaces a text in the file by another of the same length, as bits that flip. */
const replaced = (name: string, message: RegExp, from: string, to: string): Damage => ({
  name,
  message,
  damage(path) {
    const bytes = readFileSync(path)
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at)
    writeFileSync(path, bytes)
  },
})

/** Ways in which the database of a sandbox with at least one key can be damaged. */
export const damages: Damage[] = [
  { name: 'empty', message: /is empty/, damage: (path) => truncateSync(path, 0) },
  {
    name: 'truncated to a part of its header',
    message: /is not a SQLite database/,
    damage: (path) => truncateSync(path, 50),
  },
  {
    name: 'truncated to one page',
    message: /is a damaged SQLite database/,
    damage: (path) => truncateSync(path, 4096),
  },
  { name: 'random', message: /is not a SQLite database/, damage: (path) => writeFileSync(path, randomBytes(20_000)) },
  {
    name: 'filled with ones after its first page',
    message: /is a damaged SQLite database/,
    damage: (path) => writeFileSync(path, readFileSync(path).fill(0xff, 4096)),
  },
  { name: 'of another program', message: /is a database of another program/, damage: writeForeignDatabase },
  { name: 'a database without tables', message: /is a database of another program/, damage: writeEmptyDatabase },
  edited('of a newer version', /has version 999, written by a newer release/, (db) => db.pragma('user_version = 999')),
  edited('of version 0', /has version 0: it must be from 1/, (db) => db.pragma('user_version = 0')),
  edited('of version -5', /has version -5: it must be from 1/, (db) => db.pragma('user_version = -5')),
  sql('without its table of keys', /has no table 'admin_api_keys'/, 'DROP TABLE admin_api_keys'),
  sql('without its table of settings', /has no table 'sandbox'/, 'DROP TABLE sandbox'),
  sql('with another column', /has a different table 'sandbox'/, 'ALTER TABLE sandbox ADD COLUMN more TEXT'),
  sql('without settings', /has no settings/, 'DELETE FROM sandbox'),
  sql(
    'with a line break in the organization id',
    /has invalid settings: \/organization\/id must be/,
    `UPDATE sandbox SET organization = json_set(organization, '$.id', 'org' || char(10) || 'x')`,
  ),
  sql('with an organization of null', /\/organization must be/, `UPDATE sandbox SET organization = 'null'`),
  sql(
    'without a user',
    /\/organization\/user is required/,
    `UPDATE sandbox SET organization = json_remove(organization, '$.user')`,
  ),
  sql(
    'with an unknown switch',
    /\/behavior\/auth must be strict or any/,
    `UPDATE sandbox SET behavior = '{"auth":"no"}'`,
  ),
  sql('with a clock that is a list', /\/clock must be a clock/, `UPDATE sandbox SET clock = '[]'`),
  sql('with a clock out of range', /\/clock is out of range/, `UPDATE sandbox SET clock = '{"offset_ms":1e300}'`),
  sql(
    'with a wrong position of randomness',
    /\/random_positions/,
    `UPDATE sandbox SET random_positions = '{"key_id":-1}'`,
  ),
  sql('with a key that is not JSON', /has a damaged key: "key_/, `UPDATE admin_api_keys SET json = '{"id":'`),
  sql(
    'with a key of another id',
    /has a damaged key: "other"/,
    `UPDATE admin_api_keys SET id = 'other' WHERE insertion_order = 1`,
  ),
  sql('with another expiry in a column', /has a damaged key: "key_/, 'UPDATE admin_api_keys SET expires_at = 5'),
  sql(
    'with a short digest',
    /has a damaged key: "key_/,
    `UPDATE admin_api_keys SET value_sha256 = x'00' WHERE insertion_order = 1`,
  ),
  sql('with a mask of a billion', /has a damaged key: "key_/, 'UPDATE admin_api_keys SET value_length = 1e9'),
  sql('with half a mask', /has a damaged key: "key_/, 'UPDATE admin_api_keys SET fourth_last = NULL'),
  replaced('with a flipped bit in a key', /has a damaged key: "key_/, '"redacted_value":', '#redacted_value":'),
  replaced('with a flipped bit in the settings', /has invalid settings|is a damaged/, '"user":', '"uses":'),
]

function writeForeignDatabase(path: string): void {
  const file = `${createTemporaryFolder()}/foreign.sqlite`
  editDatabase(file, (db) => void db.exec('CREATE TABLE admin_api_keys (foreign_column)'))
  writeFileSync(path, readFileSync(file))
}

function writeEmptyDatabase(path: string): void {
  const db = new SQLite(':memory:')
  db.exec('CREATE TABLE t (c); DROP TABLE t')
  writeFileSync(path, db.serialize())
  db.close()
}
