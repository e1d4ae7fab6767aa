import { signal } from './signal.ts'

const storageKey = 'admin-keys-emulator.theme'

export const themes = ['auto', 'light', 'dark']
export const theme = signal(localStorage.getItem(storageKey) ?? 'auto')

export function applyTheme(): void {
  document.documentElement.style.colorScheme = theme.value === 'auto' ? 'light dark' : theme.value
}

export function setTheme(chosen: string): void {
  theme.value = chosen
  localStorage.setItem(storageKey, chosen)
  applyTheme()
}
