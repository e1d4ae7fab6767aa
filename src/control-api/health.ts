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

// Some health checkers send HEAD.
const exposeHeadRoute = true

/** Registers `/health` and `/ready`. The seed is loaded before the server listens, so a server that responds is ready. */
export function registerHealth(app: FastifyInstance): void {
  const health = healthSchema(
    'emulator-health',
    'Check liveness',
    'Returns 200 while the process is alive; for liveness probes.',
    'ok',
  )
  app.get('/health', { exposeHeadRoute, schema: health }, () => ({ status: 'ok' }))

  const ready = healthSchema(
    'emulator-ready',
    'Check readiness',
    'Returns 200 once the seed is loaded; for readiness probes.',
    'ready',
  )
  app.get('/ready', { exposeHeadRoute, schema: ready }, () => ({ status: 'ready' }))
}
