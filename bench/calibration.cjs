'use strict'
// The emulator's parts without its own code: Fastify, one SELECT by key, the last requests kept in memory. On a machine
// whose caches or memory are busy, it loses as much to bare.cjs as the emulator does. Plain CommonJS, like bare.cjs.
const SQLite = require('better-sqlite3')
const fastify = require('fastify')

const keyCount = 10_000
// The default of the emulator's request journal.
const keptRequests = 10_000

const database = new SQLite(':memory:')
database.exec('CREATE TABLE keys (id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT')
const insert = database.prepare('INSERT INTO keys VALUES (?, ?)')
database.transaction(() => {
  for (let n = 1; n <= keyCount; n++) insert.run(`key_bench_${n}`, keyJson(n))
})()
const find = database.prepare('SELECT json FROM keys WHERE id = ?')

function keyJson(n) {
  const owner = { type: 'user', object: 'organization.user', id: `user_${n}`, name: `Owner ${n}`, role: 'owner' }
  return JSON.stringify({
    object: 'organization.admin_api_key',
    id: `key_bench_${n}`,
    name: `load-${n}`,
    created_at: n,
    owner,
  })
}

const requests = []
let requestCount = 0

function keep({ method, url, headers }, status, body) {
  const entry = { number: requestCount, time: Date.now(), method, url, headers: { ...headers }, status, body }
  requests[requestCount % keptRequests] = entry
  requestCount++
}

const app = fastify()
app.get('/keys/:id', (request, reply) => {
  const { json } = find.get(request.params.id)
  keep(request, 200, json)
  reply.header('x-request-id', `req_${requestCount}`).type('application/json').send(json)
})
app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
