import { signal } from '@preact/signals'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'admin-keys-emulator.theme'

export const theme = signal<Theme>(themes.find((each) => each === localStorage.getItem(storageKey)) ?? 'auto')

export function applyTheme(): void {
  document.documentElement.style.colorScheme = theme.value === 'auto' ? 'light dark' : theme.value
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen
  localStorage.setItem(storageKey, chosen)
  applyTheme()
}
