import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { bearerToken } from '../openai-api/http/authentication.ts'
import * as errors from './errors.ts'

const hashed = (text: string) => createHash('sha256').update(text).digest()

/** Whether a request shows the token, compared in constant time, whatever its length. */
export function createTokenCheck(token: string | undefined): (request: FastifyRequest) => void {
  if (token === undefined) return () => {}
  const wanted = hashed(token)
  return ({ headers }) => {
    const shown = hashed(bearerToken(headers.authorization) ?? '')
    if (!timingSafeEqual(shown, wanted)) throw errors.missingControlToken()
  }
}
