/** What a server answered. */
export interface Answer {
  status: number
  /** By name in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  text: string
  /** What the text says as JSON; `undefined` where it is none. */
  body: unknown
}

export function toAnswer(status: number, headers: NodeJS.Dict<string | string[]>, text: string): Answer {
  const joined = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return { status, headers: Object.fromEntries(joined), text, body: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What stands in `value` at the end of `path`, whatever `value` is; `undefined` where nothing does. */
export const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce((each: unknown, step) => (isObject(each) && Object.hasOwn(each, step) ? each[step] : undefined), value)

/** Arrays count as such. */
export const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

/** The keys of a list that was answered; none where it is no list. */
export function keysOf(answer: Answer): unknown[] {
  const keys = at(answer.body, 'data')
  return Array.isArray(keys) ? keys : []
}

/** The text at `path`; the empty one where there is none. */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const text = at(value, ...path)
  return typeof text === 'string' ? text : ''
}

/** The ids of the keys of a list that was answered. */
export const idsOf = (answer: Answer): string[] => keysOf(answer).map((key) => textAt(key, 'id'))
