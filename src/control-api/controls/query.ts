import type { FastifyReply } from 'fastify'
import * as Type from 'typebox'
import { runInTurns } from '../../common/turns.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { UnknownCursor } from '../../sandbox/search-steps.ts'
import type { SandboxState } from '../../sandbox/state.ts'
import * as errors from '../errors.ts'

const limitRule = 'an integer from 1 to 1000'
const maxLimit = 1000
const defaultLimit = 20

/** The query parameter that limits a page. */
export const Limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit, description: limitRule }),
)

type Texts = Record<string, string | undefined>

/** Returns the parameters of a query. Throws 400 `invalid_query` for an unknown or repeated one. */
export function readQuery(query: Record<string, unknown>, schema: { properties: object }): Texts {
  const params = Object.keys(schema.properties)
  for (const [param, text] of Object.entries(query)) {
    if (!params.includes(param)) throw errors.unknownQuery(param, params)
    if (typeof text !== 'string') throw errors.invalidQuery(param, 'given once', [text].flat().join(', '))
  }
  return query as Texts
}

export function parseChoice<Value extends string>(
  param: string,
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw errors.invalidQuery(param, `one of ${values.join(', ')}`, text)
  return value
}

export function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > maxLimit) throw errors.invalidQuery('limit', limitRule, text)
  return limit
}

/**
 * Runs a computation on the state of a sandbox in turns. Runs it again if it returns undefined, because the state was replaced
 * meanwhile, and if a change in turns has begun, because it must not see part of one.
 */
export async function computeInTurns<Result>(
  sandbox: Sandbox,
  compute: (state: SandboxState) => Generator<void, Result | undefined>,
  { raw }: FastifyReply,
): Promise<Result> {
  for (;;) {
    await sandbox.change
    if (!sandbox.isOpen) throw errors.sandboxNotFound(sandbox.name)
    const result = await runInTurns(unlessChanging(sandbox, compute(sandbox.state)), raw)
    if (result !== undefined) return result
  }
}

/** Ends a computation with undefined once a change in turns has begun. */
function* unlessChanging<Result>(
  sandbox: Sandbox,
  steps: Generator<void, Result | undefined>,
): Generator<void, Result | undefined> {
  while (sandbox.change === undefined) {
    const { done, value } = steps.next()
    if (done) return value
    yield
  }
  return undefined
}

/** Runs a search like `computeInTurns`. `cursorRule` is what `after` must be. */
export async function searchInTurns<Page>(
  sandbox: Sandbox,
  search: (state: SandboxState) => Generator<void, Page | undefined>,
  reply: FastifyReply,
  { after, cursorRule }: { after: string | undefined; cursorRule: string },
): Promise<Page> {
  try {
    return await computeInTurns(sandbox, search, reply)
  } catch (error) {
    if (!(error instanceof UnknownCursor)) throw error
    throw errors.invalidQuery('after', cursorRule, after ?? '')
  }
}
