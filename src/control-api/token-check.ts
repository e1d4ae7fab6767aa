import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { bearerToken } from '../openai-api/http/authentication.ts'
import * as errors from './errors.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Whether a request shows the token, compared in constant time, whatever its length. */
export function createTokenCheck(token: string | undefined): (request: FastifyRequest) => void {
  if (token === undefined) return () => {}
  const expected = digest(token)
  return ({ headers }) => {
    const presented = digest(bearerToken(headers.authorization) ?? '')
    if (!timingSafeEqual(presented, expected)) throw errors.missingControlToken()
  }
}
