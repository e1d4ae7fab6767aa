import { parseArgs } from 'node:util'

/** How long it lasts, and where it begins. */
export interface Options {
  requests: number
  /** After how many requests the memory is measured that it must not grow beyond. */
  mark: number
  sandboxes: number
  seed: number
}

const whole = { requests: 1_000_000, mark: 100_000, sandboxes: 200 }
const short = { requests: 90_000, mark: 60_000, sandboxes: 40 }

const declared = {
  short: { type: 'boolean', default: false },
  requests: { type: 'string' },
  mark: { type: 'string' },
  sandboxes: { type: 'string' },
  seed: { type: 'string' },
} as const

/** Reads the command line. Throws for what is no option, or no number. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({ args, options: declared })
  const usual = { ...(values.short ? short : whole), seed: Math.floor(Math.random() * 2 ** 31) }
  const read = (name: keyof Options) => {
    const text = values[name]
    if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`--${name} must be a number, got "${text}"`)
    return text === undefined ? usual[name] : Number(text)
  }
  return { requests: read('requests'), mark: read('mark'), sandboxes: read('sandboxes'), seed: read('seed') }
}
