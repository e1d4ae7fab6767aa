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
  const draft = isStart ? buildDraftAtOnce(storage, initial) : await buildDraft(storage, initial, isObsolete)
  try {
    const settings = settingsOf(draft)
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
export async function buildDraft(
  storage: SandboxStorage,
  initial: InitialState,
  isObsolete: () => boolean,
): Promise<Draft> {
  const draft = storage.openDraft()
  try {
    await runInTurns(untilObsolete(buildState(draft.db, initial), isObsolete))
    return draft
  } catch (error) {
    draft.discard()
    throw error
  }
}

function buildDraftAtOnce(storage: SandboxStorage, initial: InitialState): Draft {
  const draft = storage.openDraft()
  try {
    buildStateAtOnce(draft.db, initial)
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

/** Returns the settings of a complete draft. */
export function settingsOf({ db }: Draft): Settings {
  const settings = readSettings(db)
  if (settings === undefined) throw new Error('the database holds no sandbox')
  return settings
}
