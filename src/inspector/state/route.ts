import { signal } from './signal.ts'

export const panels = ['keys', 'requests', 'faults', 'audit', 'behavior'] as const
export type Panel = (typeof panels)[number]

export interface Route {
  sandbox: string
  panel: Panel
  /** What is open in the panel. */
  id: string | undefined
  /** The row that the keyboard selected, or that was open last. */
  selected: string | undefined
  /** The filters of the panel, by name. */
  query: Readonly<Record<string, string>>
}

const root = '/_emulator/ui'

function parseLocation(): Route {
  const parts = location.pathname.slice(root.length + 1).split('/')
  const [sandbox, panel, id] = parts.map(decode)
  return {
    sandbox: sandbox ?? 'default',
    panel: panels.find((each) => each === panel) ?? 'keys',
    id,
    selected: id ?? decode(location.hash.slice(1)),
    query: Object.fromEntries(new URLSearchParams(location.search)),
  }
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part) || undefined
  } catch {
    return part
  }
}

export const route = signal(parseLocation())

/** Returns the URL of the current route with these changes. Another panel or sandbox begins without filters. */
export function href(changes: Partial<Route>): string {
  const current = route.value
  const isElsewhere = (changes.panel ?? current.panel) !== current.panel || changes.sandbox !== undefined
  const base = isElsewhere ? { ...current, id: undefined, selected: undefined, query: {} } : current
  const { sandbox, panel, id, selected, query } = { ...base, ...changes }
  const path = [sandbox, panel, ...(id ? [id] : [])].map(encodeURIComponent).join('/')
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString()
  const hash = !id && selected && `#${encodeURIComponent(selected)}`
  return `${root}/${path}${search && `?${search}`}${hash || ''}`
}

/** Goes to the current route with these changes; `isReplacing` leaves no entry in the history. */
export function navigate(changes: Partial<Route>, isReplacing = false): void {
  goTo(href(changes), isReplacing)
}

/** Changes one filter, and goes back to the first page. */
export function setFilter(name: string, value: string): void {
  navigate({ query: { ...route.value.query, after: '', [name]: value } }, name !== 'after')
}

let onChange: (previous?: Route) => void

function followLocation(): void {
  const previous = route.value
  route.value = parseLocation()
  onChange(previous)
}

function goTo(url: string, isReplacing: boolean): void {
  if (isReplacing || url === location.pathname + location.search + location.hash) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  followLocation()
}

/** Follows the history, and links to the inspector's own pages without loading them. Calls `listener` now and after each change. */
export function listenForNavigation(listener: typeof onChange): void {
  onChange = listener
  history.replaceState(null, '', href({}))
  listener()
  addEventListener('popstate', followLocation)
  document.addEventListener('click', (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const target = (event.target as Element).closest('a')?.getAttribute('href')
    if (!target?.startsWith(`${root}/`)) return
    event.preventDefault()
    goTo(target, false)
  })
}
