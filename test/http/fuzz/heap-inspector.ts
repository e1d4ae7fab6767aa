import type { Program } from '../../support/program.ts'

/** What a process holds on to. */
export interface Holdings {
  /** Bytes that are in use after a garbage collection. */
  memory: number
  sockets: number
}

/** Looks into a program that was started with `--inspect=127.0.0.1:0`. */
export async function inspect({ output }: Program): Promise<{ holdings(): Promise<Holdings>; close(): void }> {
  const [address = ''] = /ws:\/\/\S+/.exec(output.stderr) ?? []
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  let count = 0

  async function call(method: string, params: object = {}): Promise<{ result: { value: string } }> {
    const id = ++count
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent) => {
        const message = JSON.parse(data)
        if (message.id !== id) return
        socket.removeEventListener('message', hear)
        resolve(message.result)
      }
      socket.addEventListener('message', hear)
      socket.send(JSON.stringify({ id, method, params }))
    })
  }

  return {
    async holdings() {
      // What only finalizers let go is gone after the second.
      for (let n = 0; n < 3; n++) await call('HeapProfiler.collectGarbage')
      const { result } = await call('Runtime.evaluate', { expression })
      return JSON.parse(result.value) as Holdings
    },
    close: () => socket.close(),
  }
}

const expression = `(() => {
  const { heapUsed, external } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  return JSON.stringify({ memory: heapUsed + external, sockets })
})()`
