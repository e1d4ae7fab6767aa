import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { packageRoot } from '../../common/package-info.ts'

interface Migration {
  version: number
  sql: string
}

let allMigrations: Migration[] | undefined

/** Every migration, oldest first. A migration that has been released is never edited. */
function migrations(): Migration[] {
  allMigrations ??= readMigrations(new URL('migrations/', packageRoot))
  return allMigrations
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
export function migrate(db: Database, available: readonly Migration[] = migrations()): void {
  const currentVersion = db.pragma('user_version', { simple: true }) as number
  const pending = available.filter(({ version }) => version > currentVersion)
  for (const { version, sql } of pending) {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    })()
  }
  // Every copy would hold the pages that the steps have left empty.
  if (pending.length > 0) db.exec('VACUUM')
}
