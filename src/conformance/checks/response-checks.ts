import { type Answer, at, idsOf, isObject, keysOf } from '../client/response.ts'
import { type Fact, fact, Unlike } from './check-result.ts'
import { describe, describeError, formOf, kindOf, unlikeFields } from './describe.ts'

/** Looks at one thing of an answer. Throws Unlike where there is no use in looking at the rest. */
export type Check = (answer: Answer) => Fact

export const succeeds: Check = (answer) => {
  if (answer.status !== 200) throw new Unlike({ expected: '200', seen: describe(answer) })
  return fact(true, '200', '')
}

interface Refusal {
  status: number
  type?: string
  param?: string
  code?: string
  /** The whole sentence, where the service is known or assumed to say it so. */
  message?: string
}

/** An error in the API's envelope: message, type, param and code, in this order. */
export const refuses =
  ({ status, type = 'invalid_request_error', param, code, message }: Refusal): Check =>
  (answer) => {
    const error = { message: '', type, param: param ?? null, code: code ?? null }
    const expected = describeError(status, error) + (message === undefined ? '' : ', the sentence')
    const said = at(answer.body, 'error', 'message')
    if (!isObject(at(answer.body, 'error'))) return fact(false, expected, describe(answer))
    if (typeof said !== 'string' || said === '') return fact(false, expected, `${describe(answer)}, no sentence`)
    const sentence = said === message ? ', the sentence' : ', another sentence'
    return { expected, seen: describe(answer) + (message === undefined ? '' : sentence) }
  }

/** A status without a word. */
export const isEmpty =
  (status: number): Check =>
  (answer) => ({ expected: `${status}, empty`, seen: describe(answer) })

/** So many keys. */
export const lists =
  (count: number): Check =>
  (answer) => {
    const expected = counted(count)
    return { expected, seen: Array.isArray(at(answer.body, 'data')) ? counted(keysOf(answer).length) : 'no list' }
  }

const counted = (count: number) => `${count} key${count === 1 ? '' : 's'}`

/** Those keys, in that order; `what` says which these are. */
export const listsIds =
  (ids: readonly string[], what: string): Check =>
  (answer) => {
    const seen = idsOf(answer)
    const other = seen.length === ids.length ? 'others, or another order' : counted(seen.length)
    return fact(seen.join('\n') === ids.join('\n'), what, other)
  }

export const hasMore =
  (expected: boolean): Check =>
  (answer) => {
    const seen = at(answer.body, 'has_more')
    return fact(
      seen === expected,
      `has_more ${expected}`,
      `has_more ${typeof seen === 'boolean' ? seen : kindOf(seen)}`,
    )
  }

/** So many keys or fewer. */
export const listsAtMost =
  (count: number): Check =>
  (answer) =>
    fact(keysOf(answer).length <= count, `${count} keys or fewer`, counted(keysOf(answer).length))

/** JSON without blanks that need not be there. */
export const isCompact: Check = ({ body, text }) => fact(JSON.stringify(body) === text, 'compact', 'not compact')

/** Exactly these fields in this order, of what is answered or of what stands in it at `path`. */
export const hasFields =
  (fields: readonly string[], ...path: (string | number)[]): Check =>
  (answer) => {
    const seen = unlikeFields(at(answer.body, ...path), fields)
    return fact(seen === '', `its ${fields.length} fields in order`, seen)
  }

/** A header with that text. */
export const hasHeader =
  (name: string, expected: string): Check =>
  ({ headers }) => {
    const seen = headers[name]
    return fact(seen === expected, `${name} ${expected}`, seen === undefined ? `no ${name}` : `another ${name}`)
  }

/** A header whose text is `prefix` and what `rest` says: `[\da-f]{32}`; `form` is the same in words. */
export const hasHeaderLike =
  (name: string, prefix: string, rest: RegExp, form: string): Check =>
  ({ headers }) => {
    const seen = headers[name]
    const isSo = seen?.startsWith(prefix) === true && rest.test(seen.slice(prefix.length))
    return fact(isSo, `${name} ${form}`, seen === undefined ? `no ${name}` : `${name} ${formOf(seen, prefix)}`)
  }

export const lacksHeader =
  (name: string): Check =>
  ({ headers }) =>
    fact(headers[name] === undefined, `no ${name}`, `with ${name}`)

// Nothing of it could be a secret or a name.
const mediaType = /^[a-z]+\/[a-z.+-]+(; ?charset=[a-zA-Z0-9-]{1,12})?$/

/** The bare content type of the API. */
export const isJson: Check = ({ headers }) => {
  const seen = headers['content-type']
  const told = seen === undefined ? 'no content-type' : mediaType.test(seen) ? seen : 'another content-type'
  return { expected: 'application/json', seen: told }
}
