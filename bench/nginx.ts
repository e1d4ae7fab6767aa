import { readFileSync } from 'node:fs'
import { untilOk } from './client.ts'
import { freePort, launch, type Running } from './processes.ts'
import { temporaryFile } from './temporary.ts'

const document = new URL('../docs/scaling.md', import.meta.url)

/** The configuration that docs/scaling.md shows, for these ports. */
function configuration(port: number, emulators: readonly number[]): string {
  const shown = /^```nginx\n(.*?)^```$/ms.exec(readFileSync(document, 'utf8'))?.[1] ?? ''
  const servers = emulators.map((each) => `    server 127.0.0.1:${each} max_fails=0;\n`).join('')
  return shown
    .replace(/( +server 127\.0\.0\.1:\d+ max_fails=0;\n)+/, servers)
    .replace('127.0.0.1:4010', `127.0.0.1:${port}`)
}

export interface Front extends Running {
  port: number
}

/** Starts nginx, as docs/scaling.md has it, before emulators at those ports, and waits until it passes a request on. */
export async function startNginx(emulators: readonly number[]): Promise<Front> {
  const port = await freePort()
  const file = temporaryFile('nginx.conf', configuration(port, emulators))
  const aside = `daemon off; pid ${file}.pid; error_log stderr;`
  const running = launch({ file: 'nginx', args: ['-c', file, '-g', aside] })
  try {
    await untilOk(port, '/health', running.isRunning)
  } catch (error) {
    await running.stop()
    throw new Error(`nginx did not start: ${(error as Error).message}\n${running.output()}`)
  }
  return { ...running, port }
}
