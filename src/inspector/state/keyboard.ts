import { signal } from '@preact/signals'
import { navigate, route } from './route.ts'

/** The list that the keys move in: that of the panel that is shown. */
export interface ActiveList {
  move(step: 1 | -1): void
  open(): void
}

let activeList: ActiveList | undefined

export function setActiveList(list: ActiveList | undefined): void {
  activeList = list
}

export const isHelpOpen = signal(false)

const isEditing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select')

/** Moves in lists, opens and closes what they list, and focuses the filter. */
export function listenForKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return
    if (key === 'Escape') {
      if (isEditing(target)) (target as HTMLElement).blur()
      else close()
      return
    }
    if (isEditing(target)) return
    if (key === 'Enter' && target instanceof HTMLElement && target.closest('a, button, summary') !== null) return
    const action = actions[key]
    if (action === undefined) return
    event.preventDefault()
    action()
  })
}

const actions: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
  j: () => activeList?.move(1),
  k: () => activeList?.move(-1),
  Enter: () => activeList?.open(),
  '?': () => {
    isHelpOpen.value = true
  },
}

function close(): void {
  if (route.value.id !== undefined) navigate({ id: undefined })
}
