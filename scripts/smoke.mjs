// Runs the life cycle of a key with the built library on the current Node.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '../lib/index.js'

const dataFolder = mkdtempSync(join(tmpdir(), 'admin-keys-smoke-'))
const emulator = await startEmulator({ seed: 'paging', data: dataFolder })

async function call(method, path, { key = emulator.adminKey, body } = {}) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const url = `${emulator.baseURL}/organization/admin_api_keys${path}`
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) })
  return { status: response.status, ...(await response.json()) }
}

try {
  const created = await call('POST', '', { body: { name: 'smoke', expires_in_seconds: 60 } })
  assert.equal(created.status, 200)
  assert.match(created.value, /^sk-admin-/)
  const retrieved = await call('GET', `/${created.id}`, { key: created.value })
  assert.equal(retrieved.value, undefined)
  assert.equal(retrieved.name, 'smoke')
  const page = await call('GET', '?limit=100&order=desc')
  assert.deepEqual([page.data.length, page.first_id, page.has_more], [100, created.id, true])
  assert.equal((await call('DELETE', `/${created.id}`)).deleted, true)
  assert.equal((await call('GET', '', { key: created.value })).status, 401)
  assert.equal((await call('GET', `/${created.id}`)).status, 404)
  console.log(`passed on ${process.version}`)
} finally {
  await emulator.close()
  rmSync(dataFolder, { recursive: true, force: true })
}
