import type { VNode } from 'preact'
import { signal } from './signal.ts'

/** Renders the dialog that is open. */
export const dialog = signal<(() => VNode) | undefined>(undefined)

export function openDialog(render: () => VNode): void {
  dialog.value = render
}

export function closeDialog(): void {
  dialog.value = undefined
}
