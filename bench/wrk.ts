import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { authorization as adminKey } from './client.ts'
import { pinning } from './cores.ts'
import { launch } from './processes.ts'
import { processCpuMicroseconds } from './resources.ts'

export const connections = 64
export const durationSeconds = 1
// The emulator gets a quarter faster over three rounds; a bare server reaches full speed after one.
export const warmUpRounds = 3

export interface Target {
  path: string
  /** The header `Authorization`; by default the admin key's. */
  authorization?: string
  script?: string
  args?: readonly string[]
}

export interface LoadResult {
  requestsPerSecond: number
  p50: number
  p99: number
  /** CPU time of the server per request. */
  cpuMicroseconds: number | undefined
}

/** Sends requests as fast as possible for one second. Throws unless every response was 2xx. */
export async function measureLoad(server: { pid: number; port: number }, target: Target): Promise<LoadResult> {
  const before = processCpuMicroseconds(server.pid)
  const output = await runWrk(server.port, target)
  const after = processCpuMicroseconds(server.pid)
  const { requests, ...measured } = parseOutput(output, target)
  const cpuMicroseconds = before === undefined || after === undefined ? undefined : (after - before) / requests
  return { ...measured, cpuMicroseconds }
}

async function runWrk(port: number, { path, authorization = adminKey, script, args = [] }: Target): Promise<string> {
  const options = [
    '-t1',
    `-c${connections}`,
    `-d${durationSeconds}s`,
    '--latency',
    '-H',
    `Authorization: ${authorization}`,
  ]
  const lua = script === undefined ? [] : ['-s', fileURLToPath(new URL(`lua/${script}.lua`, import.meta.url))]
  const running = launch({
    file: 'wrk',
    args: [...options, ...lua, `http://127.0.0.1:${port}${path}`, '--', ...args],
    core: pinning?.load,
  })
  const code = await running.exited
  if (code !== 0) throw new Error(`wrk ended with ${code}: ${running.output()}`)
  return running.output()
}

function parseOutput(output: string, { path }: Target): Omit<LoadResult, 'cpuMicroseconds'> & { requests: number } {
  const failure = /^.*(Non-2xx|Socket errors).*$/m.exec(output)?.[0]
  if (failure !== undefined) throw new Error(`${path}: ${failure.trim()}; a delete that runs out of keys returns 404`)
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN)
  const requests = number(/^\s*(\d+) requests in/m)
  const requestsPerSecond = number(/^Requests\/sec:\s*([\d.]+)/m)
  if (!(requests > 0 && requestsPerSecond > 0)) throw new Error(`wrk received no response from ${path}\n${output}`)
  return { requests, requestsPerSecond, p50: parseLatency(output, 50), p99: parseLatency(output, 99) }
}

const millisecondsPerUnit = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function parseLatency(output: string, percent: number): number {
  const [, value, unit] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)$`, 'm').exec(output) ?? []
  return Number(value) * millisecondsPerUnit[unit as keyof typeof millisecondsPerUnit]
}

export const wrkVersion = (): string | undefined =>
  // It prints its version with a non-zero exit code.
  /^wrk \S+/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[0]
