// What TypeScript lets nobody pass, JavaScript does. Each throws TypeError with the argument, the rule and the value.

function refuse(argument: string, rule: string, value: unknown): never {
  const shown = typeof value === 'number' ? value : JSON.stringify(value)
  throw new TypeError(`${argument}: ${shown} is invalid. It must be ${rule}.`)
}

export function text(argument: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse(argument, 'a string, not empty', value)
}

export function object<Value>(argument: string, value: Value): Value {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? value : refuse(argument, 'an object', value)
}

export function list<Value>(argument: string, value: Value): Value {
  return Array.isArray(value) ? value : refuse(argument, 'a list', value)
}

export function amount<Value>(argument: string, value: Value): Value {
  return Number.isFinite(value) || typeof value === 'string'
    ? value
    : refuse(argument, 'seconds, or a text such as "30d", "-1h"', value)
}
