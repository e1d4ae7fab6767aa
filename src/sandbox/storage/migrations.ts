import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { packageRoot } from '../../common/package-info.ts'

interface Migration {
  version: number
  sql: string
}

let released: Migration[] | undefined

/** Every migration, oldest first. A migration that has been released is never edited. */
function migrations(): Migration[] {
  released ??= readMigrations(new URL('migrations/', packageRoot))
  return released
}

function readMigrations(folder: URL): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ version: Number.parseInt(file, 10), sql: readFileSync(new URL(file, folder), 'utf8') }))
}

/** The version of a database that has every migration. */
export const newestVersion = (): number => migrations().at(-1)?.version ?? 0

/** Brings a database up to date, each step whole or not at all. SQLite's `user_version` says how far it is. */
export function migrate(db: Database, all: readonly Migration[] = migrations()): void {
  const done = db.pragma('user_version', { simple: true }) as number
  const left = all.filter(({ version }) => version > done)
  for (const { version, sql } of left) {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    })()
  }
  // Every copy would hold the pages that the steps have left empty.
  if (left.length > 0) db.exec('VACUUM')
}
