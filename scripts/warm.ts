// Starts the program, uses it a little and ends it, so that the compiled code of all that is in the cache which
// NODE_COMPILE_CACHE names: node scripts/warm.ts PROGRAM
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

const [program = ''] = process.argv.slice(2)
const emulator = spawn(process.execPath, [program, '--port', '0', '--json', '--log-level', 'warn'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(emulator.stdout, 'data')
const { url, base_url, admin_key } = JSON.parse(String(line))

async function ask(method: string, target: string, body?: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${admin_key}`, 'content-type': 'application/json' }
  const answer = await fetch(target, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status}`)
  return (await answer.json()) as { id: string }
}

const keys = `${base_url}/organization/admin_api_keys`
const { id } = await ask('POST', keys, { name: 'warm' })
await ask('GET', `${keys}/${id}`)
await ask('GET', `${keys}?limit=1&after=${id}`)
await ask('DELETE', `${keys}/${id}`)
await ask('POST', `${url}/_emulator/reset`)
execFileSync(process.execPath, [program, 'healthcheck', '--port', new URL(url).port])
emulator.kill('SIGTERM')
const [code] = await once(emulator, 'exit')
process.exitCode = code
