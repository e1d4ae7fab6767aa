import { type HttpResponse, isObject, valueAt } from '../client/response.ts'
import { type CheckResult, checkEqual, checkThat, Mismatch } from './check-result.ts'
import { describeError, describeResponse, fieldDifferences } from './describe.ts'

/** Checks one property of a response. Throws Mismatch if the checks after it would be pointless. */
export type Check = (response: HttpResponse) => CheckResult

/** Throws Mismatch unless the status is 200. */
export const succeeds: Check = (response) => {
  if (response.status !== 200) throw new Mismatch('200', describeResponse(response))
  return checkThat(true, '200', '')
}

interface ExpectedError {
  status: number
  /** `invalid_request_error` by default. */
  type?: string
  param?: string
  code?: string
  /** The exact message, if the service is known or assumed to send it. */
  message?: string
}

/** Expects an error object with the fields message, type, param and code, in this order. */
export const isError =
  ({ status, type = 'invalid_request_error', param, code, message }: ExpectedError): Check =>
  (response) => {
    const error = { message: '', type, param: param ?? null, code: code ?? null }
    const expected = describeError(status, error) + (message === undefined ? '' : ', exact message')
    const actual = describeResponse(response)
    const actualMessage = valueAt(response.body, 'error', 'message')
    if (!isObject(valueAt(response.body, 'error'))) return checkThat(false, expected, actual)
    if (typeof actualMessage !== 'string' || actualMessage === '')
      return checkThat(false, expected, `${actual}, no message`)
    if (message === undefined) return checkEqual(expected, actual)
    return checkEqual(expected, `${actual}, ${actualMessage === message ? 'exact' : 'different'} message`)
  }

export const hasEmptyBody =
  (status: number): Check =>
  (response) =>
    checkEqual(`${status}, empty`, describeResponse(response))

/** Expects JSON without whitespace between its tokens. */
export const isCompact: Check = ({ body, text }) =>
  checkThat(JSON.stringify(body) === text, 'compact JSON', 'not compact JSON')

/** Expects exactly these fields in this order, in the body or in the object at `path` inside it. */
export const hasFields =
  (fields: readonly string[], ...path: (string | number)[]): Check =>
  (response) => {
    const differences = fieldDifferences(valueAt(response.body, ...path), fields)
    return checkThat(differences === '', `${fields.length} fields in order`, differences)
  }
