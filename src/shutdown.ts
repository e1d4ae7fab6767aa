import type { FastifyInstance } from 'fastify'

// How long what is in flight may take once we are told to stop, in milliseconds.
const grace = 5000

/** Lets `app.close()` finish: pending answers end their connections, and after 5 s nothing is waited for. */
export function finishWhenClosing(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    setTimeout(() => app.server.closeAllConnections(), grace).unref()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}
