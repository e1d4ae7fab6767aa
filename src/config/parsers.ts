import { InvalidArgumentError } from 'commander'
import { headerTextPattern, headerTextRule, isHostName } from '../common/http-syntax.ts'
import { durationUnits, parseDuration } from '../common/time.ts'
import { isSandboxName, sandboxNameRule } from '../sandbox/names.ts'

// Each parses the text of an option. Throws InvalidArgumentError with the rule that the text breaks.

export function parseNonEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

export function parseInteger(text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`)
  }
  return value
}

const maxDurationMs = 365 * durationUnits.d

/** Returns milliseconds. */
export function parseDurationOption(text: string): number {
  const value = /^\d+[a-z]+$/.test(text) ? parseDuration(text) : Number.NaN
  if (!(value >= 1 && value <= maxDurationMs)) {
    throw new InvalidArgumentError('It must be a duration from 1ms to 365d, with its unit: ms, s, m, h or d.')
  }
  return value
}

export function parseChoice<const Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  if (!choices.includes(text as Choice)) throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`)
  return text as Choice
}

export function parseBoolean(text: string): boolean {
  if (/^(1|true)$/i.test(text)) return true
  if (/^(0|false)$/i.test(text)) return false
  throw new InvalidArgumentError('It must be 1, true, 0 or false.')
}

export function parseHost(text: string): string {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text)) throw new InvalidArgumentError('It must be an IP address or a host name.')
  return text
}

export function parseHostName(text: string): string {
  if (!isHostName(text)) throw new InvalidArgumentError('It must be a host name, without a port.')
  return text
}

export function parseHeaderText(text: string): string {
  if (!new RegExp(headerTextPattern).test(text)) {
    throw new InvalidArgumentError(`It must be ${headerTextRule}, because a header carries it.`)
  }
  return text
}

export function parseUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError('It must be an http or https URL.')
  if (/\/v1\/?$/.test(url.pathname)) throw new InvalidArgumentError('It must not end with the /v1 of a base URL.')
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

export function parseBaseUrl(text: string): string {
  const url = URL.parse(text)
  const isBase =
    url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username + url.password === ''
  if (!isBase) throw new InvalidArgumentError('It must be an http or https URL without user, query and fragment.')
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** Returns an origin as browsers send it, or `*`. */
export function parseOrigin(text: string): string {
  const url = URL.parse(text)
  const isOrigin = url !== null && /^[a-z][a-z\d+.-]*:\/\/[^/?#@\s,*]+$/i.test(text)
  if (text !== '*' && !isOrigin) {
    throw new InvalidArgumentError('It must be * or an origin without a path, such as http://localhost:3000.')
  }
  // URL has no origin for custom schemes, such as tauri.
  return url === null || url.origin === 'null' ? text.toLowerCase() : url.origin
}

export function parseSandboxName(text: string): string {
  if (!isSandboxName(text)) throw new InvalidArgumentError(`It must be ${sandboxNameRule}.`)
  return text
}
