import type { TArray, TObject, TSchema } from 'typebox'
import * as errors from '../errors/catalogue.ts'

/**
 * Parses a query by its schema; Fastify has split it into strings, and arrays for repeated names. Unknown names are ignored.
 * A list `a[]` takes `a[]`, `a` and `a[0]`, each as often as the client likes; an object `a` takes `a[field]`. Throws the API's
 * error for the first invalid parameter, in the schema's order.
 */
export function parseQuery(schema: TObject, query: Record<string, unknown>): Record<string, unknown> {
  const parsed: Record<string, unknown> = {}
  for (const [param, rule] of Object.entries<TSchema>(schema.properties)) {
    const value = parseParameter(param, rule, query)
    if (value !== undefined) parsed[param] = value
  }
  return parsed
}

function parseParameter(param: string, rule: TSchema, query: Record<string, unknown>): unknown {
  if (isOfType(rule, 'array')) return parseList(param.replace('[]', ''), (rule as TArray).items, query)
  if (isOfType(rule, 'object')) return parseObject(param, rule as TObject, query)
  const text = query[param]
  if (text === undefined) return undefined
  if (typeof text !== 'string') throw errors.repeatedParameter(param)
  return parseValue(param, rule, text)
}

function parseList(param: string, item: TSchema, query: Record<string, unknown>): unknown[] | undefined {
  const isItem = (name: string) => name.startsWith(param) && /^(\[\d*\])?$/.test(name.slice(param.length))
  const texts = Object.keys(query)
    .filter(isItem)
    .flatMap((name) => query[name] as string | string[])
  return texts.length === 0 ? undefined : texts.map((text) => parseValue(param, item, text))
}

function parseObject(param: string, rule: TObject, query: Record<string, unknown>): object | undefined {
  const fields = Object.entries<TSchema>(rule.properties).flatMap(([field, fieldRule]) => {
    const name = `${param}[${field}]`
    const value = parseParameter(name, fieldRule, query)
    return value === undefined ? [] : [[field, value]]
  })
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

const isOfType = (rule: TSchema, type: string) => 'type' in rule && rule['type'] === type

function parseValue(param: string, rule: TSchema, text: string): unknown {
  if ('enum' in rule) return parseChoice(param, rule['enum'] as string[], text)
  if (isOfType(rule, 'integer')) return parseInteger(param, text)
  if (isOfType(rule, 'boolean')) return parseBoolean(param, text)
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

function parseBoolean(param: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw errors.invalidType(param, 'a boolean', 'a string')
  return text === 'true'
}
