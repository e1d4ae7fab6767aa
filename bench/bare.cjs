'use strict'
// The lower bound: node:http sending one prepared response. Plain CommonJS, because stripping types or loading an ES
// module would be half of its start.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')

const [port, file] = process.argv.slice(2)
const { status, headers, body } = file
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }

const respond = (response) => response.writeHead(status, headers).end(body)

const server = createServer((request, response) => {
  if (request.headers['content-length'] === undefined) respond(response)
  else request.resume().on('end', () => respond(response))
})
// As in the emulator, so that the Keep-Alive header has the same length.
server.keepAliveTimeout = 72_000
server.listen(Number(port), '127.0.0.1')
