'use strict'
// The floor: node:http sending one ready answer. Stripping types, or loading a module, would be half of its start.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')

const [port, file] = process.argv.slice(2)
const { status, headers, body } = file
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }

const answer = (response) => response.writeHead(status, headers).end(body)

const server = createServer((request, response) => {
  if (request.headers['content-length'] === undefined) answer(response)
  else request.resume().on('end', () => answer(response))
})
// As ours, so that the header that Node makes of it is of the same length.
server.keepAliveTimeout = 72_000
server.listen(Number(port), '127.0.0.1')
