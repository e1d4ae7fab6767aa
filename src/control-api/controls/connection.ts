import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { Nullable } from '../../schema/typebox.ts'
import type { ControlDeps } from '../deps.ts'
import { defineControl } from '../operation.ts'
import { requestedBaseUrl } from './requested-base-url.ts'

/** What a client of a sandbox needs. */
export const Connection = Type.Object({
  base_url: Type.String({ description: 'The base URL for clients.' }),
  admin_key: Nullable(Type.String(), { description: 'The value of the admin key, if there is one.' }),
})
export type Connection = Type.Static<typeof Connection>

/** Registers what clients are configured with. */
export function registerConnection(app: FastifyInstance, { sandboxFor, registry }: ControlDeps): void {
  const getConnection = defineControl('emulator-connection', {
    summary: 'Get the connection',
    description: 'Returns the base URL and the admin key that a client of the sandbox needs.',
    responses: { 200: [Connection, 'The connection.'] },
  })
  app.get('/_emulator/connection', { schema: getConnection }, (request, reply) => {
    const { name } = sandboxFor(request)
    reply.header('cache-control', 'no-store')
    return { base_url: requestedBaseUrl(name, request), admin_key: registry.defaults.adminKey ?? null }
  })
}
