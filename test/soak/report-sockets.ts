import { subscribe } from 'node:diagnostics_channel'
import { renameSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'

// Loaded into the server (`--import`): on SIGHUP, writes which connections the process has closed last, and from where in the code.

const path = process.env['SOAK_SOCKETS_FILE'] as string
const maxClosings = 5000
const shownFrames = 4

const closings: string[] = []

subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket }
  // Unknown once the connection is closed.
  const { remotePort } = socket
  for (const method of ['end', 'resetAndDestroy', 'destroy'] as const) {
    const original = socket[method] as (...args: unknown[]) => Socket
    Object.defineProperty(socket, method, {
      value(...args: unknown[]) {
        record(`port ${remotePort} ${method} at ${new Date().toISOString()}${describeCause(args[0])}`)
        return original.apply(socket, args)
      },
    })
  }
})

function record(closing: string): void {
  const frames = (new Error().stack ?? '').split('\n').slice(3, 3 + shownFrames)
  closings.push(`${closing}: ${frames.map(shortFrame).join(' < ')}`)
  if (closings.length > maxClosings) closings.shift()
}

const describeCause = (cause: unknown) => (cause instanceof Error ? ` because of ${cause.message}` : '')

const shortFrame = (frame: string) =>
  frame
    .trim()
    .replace(/^at /, '')
    .replace(/\(.*\//, '(')

process.on('SIGHUP', () => {
  writeFileSync(`${path}.new`, closings.join('\n'))
  renameSync(`${path}.new`, path)
})
