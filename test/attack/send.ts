import { type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { adminKey } from '../support/app.ts'

export interface HostileRequest {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface HostileResponse {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Sends one request as JSON with the admin key, on a new connection. */
export const send = (
  url: string,
  { method = 'GET', path, headers = {}, body }: HostileRequest,
): Promise<HostileResponse> =>
  new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false as const,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    }
    const sent = request(url + path, options, (response) => {
      const { statusCode: status = 0, headers } = response
      text(response).then((body) => resolve({ status, headers, text: body }), reject)
    })
    sent.on('error', reject).end(body)
  })
