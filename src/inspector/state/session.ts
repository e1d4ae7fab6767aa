import { sandboxes } from '../api/client.ts'
import { readEvents } from '../api/event-stream.ts'
import type { SandboxChange } from '../api/types.ts'
import { pause } from '../common/pause.ts'
import { auditLog } from './audit-log.ts'
import { connectionState } from './connection-state.ts'
import { addEvent, forgetJournal, readJournal } from './journal.ts'
import { keyList } from './keys.ts'
import { type Route, route } from './route.ts'
import { controls, forgetSandbox, refreshAll, refreshPart, sandboxList } from './sandbox.ts'

const maxPauseMs = 2000
// The emulator sends a comment every 15 seconds.
const maxSilenceMs = 40_000

const pagedLists = [keyList, auditLog]

let leaving = new AbortController()

/** Reads what the route shows and the previous one did not. */
export function followRoute(previous?: Route): void {
  const { sandbox, panel, id, query } = route.value
  if (sandbox !== previous?.sandbox) {
    document.title = `${sandbox} · Inspector`
    leaving.abort()
    leaving = new AbortController()
    void followSandbox(sandbox, leaving.signal)
    return
  }
  const isOtherPanel = panel !== previous.panel
  const isOtherItem = isOtherPanel || id !== previous.id
  for (const list of pagedLists) {
    if (isOtherItem) list.showListed()
    if (connectionState.value !== 'live') continue
    if (isOtherItem) list.open.refresh()
    if (isOtherPanel || JSON.stringify(query) !== JSON.stringify(previous.query)) list.refresh()
  }
}

/** Shows a sandbox until `signal` is aborted: reads everything, follows its changes, and reconnects. */
async function followSandbox(name: string, signal: AbortSignal): Promise<void> {
  connectionState.value = 'connecting'
  forgetSandbox()
  forgetJournal()
  for (const list of pagedLists) list.forget()
  let pauseMs = 200
  while (!signal.aborted) {
    // A control would create the sandbox.
    const state = await exists(name)
    if (signal.aborted) return
    if (state === true) {
      if (await follow(signal)) pauseMs = 200
      if (signal.aborted) return
      connectionState.value = 'lost'
    } else {
      connectionState.value = state === false ? 'gone' : 'lost'
    }
    await pause(pauseMs)
    pauseMs = Math.min(2 * pauseMs, maxPauseMs)
  }
}

/** Returns undefined if the emulator does not respond. */
async function exists(name: string): Promise<boolean | undefined> {
  try {
    const { data } = await sandboxes.list()
    sandboxList.value = data
    return data.some((sandbox) => sandbox.name === name)
  } catch {
    return undefined
  }
}

/** Follows the stream until it ends. Returns whether it was ever open. */
async function follow(signal: AbortSignal): Promise<boolean> {
  const silence = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const onChunk = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), maxSilenceMs)
  }
  let isOpen = false
  try {
    const { ok, body } = await controls().journal.stream(AbortSignal.any([signal, silence.signal]))
    if (!ok || body === null) return false
    isOpen = true
    onChunk()
    readAll()
    connectionState.value = 'live'
    await readEvents(body, handleEvent, onChunk)
  } catch {
    // The loop reconnects.
  } finally {
    clearTimeout(timer)
  }
  return isOpen
}

function readAll(): void {
  void readJournal()
  refreshAll()
  for (const list of pagedLists) list.refresh()
}

function handleEvent(event: string, data: string): void {
  if (event === 'entry' || event === 'update') addEvent(event, JSON.parse(data))
  else if (event === 'reset') readAll()
  else if (event === 'changed') handleChange(JSON.parse(data).what)
}

function handleChange(what: SandboxChange): void {
  if (what === 'journal') void readJournal()
  else refreshPart(what)
  if (what === 'keys' || what === 'projects' || what === 'clock') keyList.refresh()
  if (what === 'audit_logs') auditLog.refresh()
  // The list of sandboxes counts them.
  if (what === 'keys') sandboxList.refresh()
}
