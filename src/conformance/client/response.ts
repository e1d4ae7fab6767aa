export interface HttpResponse {
  status: number
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>
  text: string
  /** The parsed text; `undefined` if it is not valid JSON. */
  body: unknown
}

export function toResponse(status: number, headers: NodeJS.Dict<string | string[]>, text: string): HttpResponse {
  const joined = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return { status, headers: Object.fromEntries(joined), text, body: parseJson(text) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the value at `path` inside `value`; `undefined` if there is none. */
export const valueAt = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce(
    (parent: unknown, step) => (isObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined),
    value,
  )

/** Returns the string at `path`; the empty string if there is none. */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const text = valueAt(value, ...path)
  return typeof text === 'string' ? text : ''
}

/** Arrays count as objects. */
export const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

/** Returns the keys of a list response; an empty array if the response is not a list. */
export function keysOf(response: HttpResponse): unknown[] {
  const keys = valueAt(response.body, 'data')
  return Array.isArray(keys) ? keys : []
}

/** Returns the ids of the keys of a list response; the empty string for a key without one. */
export const idsOf = (response: HttpResponse): string[] => keysOf(response).map((key) => textAt(key, 'id'))
