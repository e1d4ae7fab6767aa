import { moveSelection, openSelection } from './common/virtual-table.tsx'
import { openHelp } from './header/help-dialog.tsx'
import { navigate, route } from './state/route.ts'

const isEditing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select')

/** Moves in lists, opens and closes what they list, and focuses the filter. */
export function listenForKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key } = event
    const target = event.target as HTMLElement
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return
    if (isEditing(target)) {
      if (key === 'Escape') target.blur()
      return
    }
    if (key === 'Enter' && target.closest('a, button, summary') !== null) return
    const action = actions[key]
    if (action === undefined) return
    event.preventDefault()
    action()
  })
}

const actions: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLInputElement>('.filter')?.focus(),
  j: () => moveSelection(1),
  k: () => moveSelection(-1),
  Enter: openSelection,
  Escape: () => {
    if (route.value.id !== undefined) navigate({ id: undefined })
  },
  '?': openHelp,
}
