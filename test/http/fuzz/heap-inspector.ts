import type { Program } from '../../support/program.ts'

export interface ResourceUsage {
  /** In use after a garbage collection. */
  memoryBytes: number
  sockets: number
}

/** Attaches to a program that was started with `--inspect=127.0.0.1:0`. */
export async function attachInspector({
  output,
}: Program): Promise<{ measure(): Promise<ResourceUsage>; close(): void }> {
  const [address = ''] = /ws:\/\/\S+/.exec(output.stderr) ?? []
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  let lastId = 0

  async function call(method: string, params: object = {}): Promise<{ result: { value: string } }> {
    const id = ++lastId
    return new Promise((resolve) => {
      const onMessage = ({ data }: MessageEvent) => {
        const message = JSON.parse(data)
        if (message.id !== id) return
        socket.removeEventListener('message', onMessage)
        resolve(message.result)
      }
      socket.addEventListener('message', onMessage)
      socket.send(JSON.stringify({ id, method, params }))
    })
  }

  return {
    async measure() {
      // Memory that finalizers release is free only after the second collection.
      for (let n = 0; n < 3; n++) await call('HeapProfiler.collectGarbage')
      const { result } = await call('Runtime.evaluate', { expression })
      return JSON.parse(result.value) as ResourceUsage
    },
    close: () => socket.close(),
  }
}

const expression = `(() => {
  const { heapUsed, external } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  return JSON.stringify({ memoryBytes: heapUsed + external, sockets })
})()`
