import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { authorization } from './client.ts'
import { pinning } from './cores.ts'
import { launch } from './processes.ts'
import { processorMicroseconds } from './resources.ts'

export const connections = 64
export const seconds = 1
// Ours gets faster for so many rounds, by a quarter; a bare server is as fast as it gets after the first.
export const warmUps = 3

export interface Target {
  path: string
  script?: string
  args?: readonly string[]
}

export interface Load {
  perSecond: number
  p50: number
  p99: number
  /** Microseconds of processor time that the server took for a request. */
  processor: number | undefined
}

/** Asks as fast as the server answers, for a second. Throws unless every answer was 2xx. */
export async function load(server: { pid: number; port: number }, target: Target): Promise<Load> {
  const before = processorMicroseconds(server.pid)
  const said = await runWrk(server.port, target)
  const after = processorMicroseconds(server.pid)
  const { requests, ...measured } = read(said, target)
  const processor = before === undefined || after === undefined ? undefined : (after - before) / requests
  return { ...measured, processor }
}

async function runWrk(port: number, { path, script, args = [] }: Target): Promise<string> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-H', `Authorization: ${authorization}`]
  const lua = script === undefined ? [] : ['-s', fileURLToPath(new URL(`lua/${script}.lua`, import.meta.url))]
  const running = launch({
    file: 'wrk',
    args: [...options, ...lua, `http://127.0.0.1:${port}${path}`, '--', ...args],
    core: pinning?.load,
  })
  const code = await running.ended
  if (code !== 0) throw new Error(`wrk ended with ${code}: ${running.output()}`)
  return running.output()
}

function read(said: string, { path }: Target): Omit<Load, 'processor'> & { requests: number } {
  const failure = /^.*(Non-2xx|Socket errors).*$/m.exec(said)?.[0]
  if (failure !== undefined)
    throw new Error(`${path}: ${failure.trim()}; a delete that runs out of keys is answered 404`)
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1] ?? Number.NaN)
  const requests = number(/^\s*(\d+) requests in/m)
  const perSecond = number(/^Requests\/sec:\s*([\d.]+)/m)
  if (!(requests > 0 && perSecond > 0)) throw new Error(`wrk had no answer from ${path}: ${said}`)
  return { requests, perSecond, p50: latency(said, 50), p99: latency(said, 99) }
}

const milliseconds = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function latency(said: string, percent: number): number {
  const [, value, unit] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)$`, 'm').exec(said) ?? []
  return Number(value) * milliseconds[unit as keyof typeof milliseconds]
}

export const wrkVersion = (): string | undefined =>
  // It says its version with the exit code of a mistake.
  /^wrk \S+/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[0]
