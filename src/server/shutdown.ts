import type { FastifyInstance } from 'fastify'

// How long what is in flight may take once we are told to stop, in milliseconds.
const shutdownGraceMs = 5000

/** Lets `app.close()` finish: after 5 s nothing is waited for. Says whether it has been called: pending answers are to end their connections. */
export function watchClosing(app: FastifyInstance): () => boolean {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    const timer = setTimeout(() => app.server.closeAllConnections(), shutdownGraceMs).unref()
    app.server.once('close', () => clearTimeout(timer))
  })
  return () => isClosing
}
