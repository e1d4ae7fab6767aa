import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Hostile clients that run in another process. */
export interface HostileProcess {
  setActive(isActive: boolean): void
  /** How often the clients have done what they do. */
  rounds(): number
  stop(): void
}

/** Starts the process, inactive. `onFailure` is called for a response that no client should get. */
export function startHostileProcess(port: number, onFailure: (reason: string) => void): HostileProcess {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [String(port)])
  let rounds = 0
  let isStopped = false
  child.on('message', (message: { rounds?: number; failure?: string }) => {
    rounds = message.rounds ?? rounds
    if (message.failure !== undefined) onFailure(`hostile client: ${message.failure}`)
  })
  child.on('exit', (code) => {
    if (!isStopped) onFailure(`the hostile clients exited with ${code}`)
  })
  return {
    setActive: (isActive) => void child.send(isActive ? 'start' : 'stop'),
    rounds: () => rounds,
    stop() {
      isStopped = true
      child.kill()
    },
  }
}
