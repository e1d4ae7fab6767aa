import { readFileSync } from 'node:fs'
import { waitUntilOk } from './client.ts'
import { freePort, launch, type RunningProcess } from './processes.ts'
import { createTemporaryFile } from './temporary.ts'

const document = new URL('../docs/scaling.md', import.meta.url)

/** Returns the configuration from docs/scaling.md with these ports. */
function renderConfiguration(port: number, emulators: readonly number[]): string {
  const example = /^```nginx\n(.*?)^```$/ms.exec(readFileSync(document, 'utf8'))?.[1] ?? ''
  const servers = emulators.map((each) => `    server 127.0.0.1:${each} max_fails=0;\n`).join('')
  return example
    .replace(/( +server 127\.0\.0\.1:\d+ max_fails=0;\n)+/, servers)
    .replace('127.0.0.1:4010', `127.0.0.1:${port}`)
}

export interface RunningNginx extends RunningProcess {
  port: number
}

/** Starts nginx, configured as in docs/scaling.md, in front of the emulators and waits until it proxies a request. */
export async function startNginx(emulators: readonly number[]): Promise<RunningNginx> {
  const port = await freePort()
  const file = createTemporaryFile('nginx.conf', renderConfiguration(port, emulators))
  const directives = `daemon off; pid ${file}.pid; error_log stderr;`
  const running = launch({ file: 'nginx', args: ['-c', file, '-g', directives] })
  try {
    await waitUntilOk(port, '/health', running.isRunning)
  } catch (error) {
    await running.stop()
    throw new Error(`nginx did not start: ${(error as Error).message}\n${running.output()}`)
  }
  return { ...running, port }
}
