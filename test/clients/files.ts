import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Returns the absolute path of a file in this folder. */
export const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const readIfExists = (path: string | URL): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
