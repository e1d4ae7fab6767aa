import { readFileSync, writeFileSync } from 'node:fs'
import { replaceGenerated } from './matrix.ts'

const file = new URL('../../docs/clients.md', import.meta.url)

/** Prints why the run fails, and makes the process exit with 1. */
export function fail(message: string): void {
  console.log(`FAILED: ${message}`)
  process.exitCode = 1
}

/** Compares docs/clients.md with a result, or updates it. `text` is false if not all suites ran. */
export function updateDocs(script: string, text: string | false, update: boolean): void {
  if (process.exitCode === 1) return
  if (text === false) {
    const message = 'docs/clients.md was not checked because some suites did not run'
    if (update) fail(message)
    else console.log(message)
    return
  }
  const page = readFileSync(file, 'utf8')
  const updated = replaceGenerated(page, script, text)
  if (update) writeFileSync(file, updated)
  else if (page !== updated) fail(`docs/clients.md is out of date; update it with npm run ${script} -- --update`)
}
