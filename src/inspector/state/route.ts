import { computed, signal } from '@preact/signals'

export const panels = ['keys', 'requests', 'faults', 'behavior'] as const
export type Panel = (typeof panels)[number]

export interface Route {
  sandbox: string
  panel: Panel
  /** What is open in the panel. */
  id: string | undefined
  /** The filters of the panel, by name. */
  query: Readonly<Record<string, string>>
}

const root = '/_emulator/ui'

function parseLocation(): Route {
  const parts = location.pathname
    .slice(root.length + 1)
    .split('/')
    .map(decode)
  const [sandbox = '', panel, id] = parts
  return {
    sandbox: sandbox || 'default',
    panel: panels.find((each) => each === panel) ?? 'keys',
    id: id || undefined,
    query: Object.fromEntries(new URLSearchParams(location.search)),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const route = signal<Route>(parseLocation())
export const sandboxName = computed(() => route.value.sandbox)

/** Returns the URL of the current route with these changes. Another panel or sandbox begins without filters. */
export function href(changes: Partial<Route>): string {
  const current = route.value
  const isElsewhere = (changes.panel ?? current.panel) !== current.panel || changes.sandbox !== undefined
  const base = isElsewhere ? { ...current, id: undefined, query: {} } : current
  const { sandbox, panel, id, query } = { ...base, ...changes }
  const path = [sandbox, panel, ...(id === undefined ? [] : [id])].map(encodeURIComponent).join('/')
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `${root}/${path}${search && `?${search}`}`
}

/** Goes to the current route with these changes; `isReplacing` leaves no entry in the history. */
export function navigate(changes: Partial<Route>, isReplacing = false): void {
  goTo(href(changes), isReplacing)
}

/** Changes one filter; no id stays open that it might hide. */
export function setFilter(name: string, value: string): void {
  const { query } = route.value
  const { after: _, ...others } = query
  navigate({ query: { ...(name === 'after' ? query : others), [name]: value } }, name !== 'after')
}

function goTo(url: string, isReplacing: boolean): void {
  if (isReplacing || url === location.pathname + location.search) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  route.value = parseLocation()
}

/** Follows the history, and links to the inspector's own pages without loading them. */
export function listenForNavigation(): void {
  history.replaceState(null, '', href({}))
  addEventListener('popstate', () => {
    route.value = parseLocation()
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const target = link?.getAttribute('href')
    if (!target?.startsWith(`${root}/`) || link?.target) return
    event.preventDefault()
    goTo(target, false)
  })
}
