import type { Database } from 'better-sqlite3'
import { RequestAborted } from '../common/abort.ts'
import { runInTurns } from '../common/turns.ts'
import { buildState, buildStateAtOnce, describeInitialState, type InitialState } from './initial-state.ts'
import { readSettings, type Settings } from './settings.ts'
import { completeState, type SandboxDefaults } from './state.ts'
import type { Draft, SandboxStorage } from './storage/storage.ts'

// A large state is built where it stays: copying a million keys blocks for a third of a second and takes 500 MB.

/** A large initial state. In memory, no image holds it: it is built again. */
export interface LargeInitialState {
  initial: InitialState
  settings: Settings
}

/** A large state that was just stored as a new sandbox. */
export interface NewLargeState extends LargeInitialState {
  db: Database
}

interface Creation {
  storage: SandboxStorage
  defaults: SandboxDefaults
  /** Whether nothing else happens meanwhile. */
  isStart: boolean
  /** Returns whether the server has closed. */
  isObsolete: () => boolean
}

/** Builds the state of a new sandbox from the seed, and stores it. Rejects with RequestAborted if it is obsolete by then. */
export async function createLargeState(creation: Creation): Promise<NewLargeState> {
  const { storage, defaults, isStart, isObsolete } = creation
  const initial = describeInitialState(defaults)
  const draft = isStart
    ? await openDraft(storage, (db) => buildStateAtOnce(db, initial))
    : await buildDraft(storage, initial, isObsolete)
  try {
    const settings = readSettings(draft.db)
    completeState(draft.db, { defaults, restoresClock: true })
    await draft.flush()
    await draft.storeInitialImage()
    if (isObsolete()) throw new RequestAborted()
    return { db: draft.create(), initial, settings }
  } catch (error) {
    draft.discard()
    throw error
  }
}

/** Builds a state in several turns. */
export const buildDraft = (storage: SandboxStorage, initial: InitialState, isObsolete: () => boolean): Promise<Draft> =>
  openDraft(storage, (db) => runInTurns(untilObsolete(buildState(db, initial), isObsolete)))

/** Opens a draft and fills it. Discards it if that fails. */
async function openDraft(storage: SandboxStorage, fill: (db: Database) => void | Promise<void>): Promise<Draft> {
  const draft = storage.openDraft()
  try {
    await fill(draft.db)
    return draft
  } catch (error) {
    draft.discard()
    throw error
  }
}

function* untilObsolete(steps: Generator<void>, isObsolete: () => boolean): Generator<void> {
  for (const _ of steps) {
    if (isObsolete()) throw new RequestAborted()
    yield
  }
}
