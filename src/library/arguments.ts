// JavaScript callers can pass what TypeScript forbids. Each function throws TypeError with the argument, the rule and the value.

function fail(argument: string, rule: string, value: unknown): never {
  const got = typeof value === 'number' ? value : JSON.stringify(value)
  throw new TypeError(`${argument}: ${got} is invalid. It must be ${rule}.`)
}

export function assertNonEmptyString(argument: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : fail(argument, 'a string that is not empty', value)
}

export function assertObject<Value>(argument: string, value: Value): Value {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? value : fail(argument, 'an object', value)
}

export function assertList<Value>(argument: string, value: Value): Value {
  return Array.isArray(value) ? value : fail(argument, 'a list', value)
}

/** Rejects a bare number, because it could be seconds or milliseconds. */
export function assertDurationText(argument: string, value: unknown): string {
  return typeof value === 'string' ? value : fail(argument, 'text with a unit, such as "30d", "-1h" or "90s"', value)
}

export function assertBoolean(argument: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(argument, 'true or false', value)
}
