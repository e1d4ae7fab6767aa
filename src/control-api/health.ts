import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { rootServer } from './openapi.ts'

const healthSchema = (operationId: string, summary: string, description: string, status: string) => ({
  operationId,
  summary,
  description,
  tags: ['Emulator'],
  servers: rootServer(),
  security: [],
  response: { 200: Type.Object({ status: Type.Literal(status) }, { description: summary }) },
})

// Some probes ask with HEAD.
const exposeHeadRoute = true

/** `/health` and `/ready`. The seed is loaded before the socket is opened, so whoever can ask finds us ready. */
export function registerHealth(app: FastifyInstance): void {
  app.get(
    '/health',
    {
      exposeHeadRoute,
      schema: healthSchema('emulator-health', 'The process lives', 'For the health check of a container.', 'ok'),
    },
    () => ({ status: 'ok' }),
  )
  app.get(
    '/ready',
    {
      exposeHeadRoute,
      schema: healthSchema('emulator-ready', 'The seed is loaded', 'For waiting until tests can begin.', 'ready'),
    },
    () => ({ status: 'ready' }),
  )
}
