import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminKey, keysUrl } from './app.ts'

/** Starts a create with an incomplete body. `finish` sends the rest. */
export async function startCreate(url: string) {
  const outgoing = request(url + keysUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
  })
  const response = new Promise<{ status: number | undefined; connection: string | undefined; text: string }>(
    (resolve, reject) => {
      outgoing.on('error', reject)
      outgoing.on('response', async (incoming) => {
        let text = ''
        for await (const chunk of incoming) text += chunk
        resolve({ status: incoming.statusCode, connection: incoming.headers.connection, text })
      })
    },
  )
  outgoing.write('{"name":')
  await sleep(200)
  return { finish: () => outgoing.end('"slow"}'), response }
}
