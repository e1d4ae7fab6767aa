/** Returns date and time of an ISO text or of Unix seconds, in UTC. */
export function formatTime(time: string | number | null | undefined): string {
  if (time === null || time === undefined) return 'never'
  const date = new Date(typeof time === 'number' ? time * 1000 : time)
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

export const capitalize = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

/** Returns the time of day of an ISO text, with milliseconds. */
export const timeOfDay = (iso: string): string => iso.slice(11, 23)

export function formatDuration(ms: number | null): string {
  if (ms === null) return ''
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(2)} s`
}

/** Returns how long before `now` something was, both in Unix seconds. */
export function formatAge(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const
  const unit = units.find(([, size]) => seconds >= size)
  return unit === undefined ? 'just now' : `${Math.floor(seconds / unit[1])} ${unit[0]} ago`
}

/** Returns how far a clock is ahead or behind, in its two largest units; nothing below 2 s, which may be between two machines. */
export function formatShift(ms: number): string {
  let rest = Math.round(Math.abs(ms) / 1000)
  if (rest < 2) return ''
  const parts = Object.entries({ d: 86_400, h: 3600, min: 60, s: 1 }).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest %= size
    return count && `${count} ${unit}`
  })
  return `${ms < 0 ? '−' : '+'}${parts.filter(Boolean).slice(0, 2).join(' ')}`
}

export const formatCount = (count: number): string => count.toLocaleString('en-US')

export const countOf = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

const longest = 200

/** Cuts a text that is too long for a row. */
export const shorten = (text: string, length = longest): string =>
  text.length > length ? `${text.slice(0, length)}…` : text
