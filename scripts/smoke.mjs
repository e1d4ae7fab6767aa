// A key's life with the built library, on the Node that runs this.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '../lib/index.js'

const data = mkdtempSync(join(tmpdir(), 'admin-keys-smoke-'))
const emulator = await startEmulator({ seed: 'paging', data })

async function call(method, path, { key = emulator.adminKey, body } = {}) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const url = `${emulator.baseURL}/organization/admin_api_keys${path}`
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) })
  return { status: answer.status, ...(await answer.json()) }
}

try {
  const created = await call('POST', '', { body: { name: 'smoke', expires_in_seconds: 60 } })
  assert.equal(created.status, 200)
  assert.match(created.value, /^sk-admin-/)
  const shown = await call('GET', `/${created.id}`, { key: created.value })
  assert.equal(shown.value, undefined)
  assert.equal(shown.name, 'smoke')
  const page = await call('GET', '?limit=100&order=desc')
  assert.deepEqual([page.data.length, page.first_id, page.has_more], [100, created.id, true])
  assert.equal((await call('DELETE', `/${created.id}`)).deleted, true)
  assert.equal((await call('GET', '', { key: created.value })).status, 401)
  assert.equal((await call('GET', `/${created.id}`)).status, 404)
  console.log(`passed on ${process.version}`)
} finally {
  await emulator.close()
  rmSync(data, { recursive: true, force: true })
}
