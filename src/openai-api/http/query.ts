import type { TObject, TSchema } from 'typebox'
import * as errors from '../errors/catalogue.ts'

/**
 * Parses a query by its schema; Fastify has split it into strings, and arrays for repeated names. Unknown names are ignored.
 * Throws the API's error for the first invalid parameter, in the schema's order.
 */
export function parseQuery(schema: TObject, query: Record<string, unknown>): Record<string, unknown> {
  const parsed: Record<string, unknown> = {}
  for (const [param, rule] of Object.entries<TSchema>(schema.properties)) {
    const text = query[param]
    if (text === undefined) continue
    if (typeof text !== 'string') throw errors.repeatedParameter(param)
    parsed[param] = parseValue(param, rule, text)
  }
  return parsed
}

function parseValue(param: string, rule: TSchema, text: string): unknown {
  if ('enum' in rule) return parseChoice(param, rule['enum'] as string[], text)
  if ('type' in rule && rule['type'] === 'integer') return parseInteger(param, text)
  return text
}

function parseChoice(param: string, choices: string[], text: string): string {
  if (!choices.includes(text)) throw errors.unsupportedValue(param, text, choices)
  return text
}

// Ajv's coercion would also accept 0x10, 1e1, 5.0 and a leading space.
function parseInteger(param: string, text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw errors.invalidType(param, 'an integer', 'a string')
  return Number(text)
}
