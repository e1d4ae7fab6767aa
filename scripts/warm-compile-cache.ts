// Starts the program, sends it a few requests and ends it once it has kept the code that they compile in the folder that
// NODE_COMPILE_CACHE names: node scripts/warm-compile-cache.ts PROGRAM
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [program = ''] = process.argv.slice(2)
const emulator = spawn(process.execPath, [program, '--port', '0', '--json', '--log-level', 'warn'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(emulator.stdout, 'data')
const { url, base_url, admin_key } = JSON.parse(String(line))

async function sendRequest(method: string, target: string, body?: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${admin_key}`, 'content-type': 'application/json' }
  const response = await fetch(target, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${method} ${target}: ${response.status}`)
  return (await response.json()) as { id: string }
}

const keys = `${base_url}/organization/admin_api_keys`
const { id } = await sendRequest('POST', keys, { name: 'warm' })
await sendRequest('GET', `${keys}/${id}`)
await sendRequest('GET', `${keys}?limit=1&after=${id}`)
await sendRequest('DELETE', `${keys}/${id}`)
await sendRequest('POST', `${url}/_emulator/reset`)
execFileSync(process.execPath, [program, 'healthcheck', '--port', new URL(url).port])
for (let attempt = 1; !isKept(); attempt++) {
  if (attempt > 100) throw new Error('the program has kept no compiled code within 10 s')
  await sleep(100)
}
emulator.kill('SIGTERM')
const [code] = await once(emulator, 'exit')
process.exitCode = code

function isKept(): boolean {
  const { NODE_COMPILE_CACHE: folder = '' } = process.env
  return existsSync(folder) && readdirSync(folder).some((name) => /^admin-keys-emulator-.*[0-9a-f]{64}$/.test(name))
}
