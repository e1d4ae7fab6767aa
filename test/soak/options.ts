import { parseArgs } from 'node:util'

export interface SoakOptions {
  requests: number
  sandboxes: number
  seed: number
}

const fullDefaults = { requests: 1_000_000, sandboxes: 200 }
const shortDefaults = { requests: 90_000, sandboxes: 40 }

const optionSpecs = {
  short: { type: 'boolean', default: false },
  requests: { type: 'string' },
  sandboxes: { type: 'string' },
  seed: { type: 'string' },
} as const

/** Parses the command line. Throws for an unknown option or a value that is not a number. */
export function readOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({ args, options: optionSpecs })
  const defaults = { ...(values.short ? shortDefaults : fullDefaults), seed: Math.floor(Math.random() * 2 ** 31) }
  const parseCount = (name: keyof SoakOptions) => {
    const text = values[name]
    if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`--${name} must be a number, got "${text}"`)
    return text === undefined ? defaults[name] : Number(text)
  }
  return {
    requests: parseCount('requests'),
    sandboxes: parseCount('sandboxes'),
    seed: parseCount('seed'),
  }
}
