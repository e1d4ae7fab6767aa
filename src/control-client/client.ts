import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { agentFor } from './agents.ts'
import { type BodyMistake, EmulatorError } from './emulator-error.ts'

export interface RequestBody {
  text: string
  contentType: string
}

/** Sends a request to a control and resolves to the text of the response. Rejects with EmulatorError. */
export type SendControl = (method: string, path: string, body?: RequestBody) => Promise<string>

// Not `fetch`, which tests replace and the environment can send to a proxy; taken now, because tests replace this one too.
const httpRequest = request

/** `root` is the URL of the emulator, or of one of its sandboxes. */
export function createSendControl(root: string, token: string | undefined): SendControl {
  return async (method, path, body) => {
    const { status, ok, text } = await sendRequest(root, `/_emulator${path}`, {
      method,
      headers: { ...authorizationOf(token), ...(body && { 'content-type': body.contentType }) },
      ...(body && { body: body.text }),
    })
    if (!ok) throw toError(status, text)
    return text
  }
}

interface OutgoingRequest {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string
  signal?: AbortSignal
}

/** Resolves to the response, whatever its status. Rejects with EmulatorError without a response. */
export async function sendRequest(root: string, path: string, outgoing: OutgoingRequest = {}) {
  const response = await connect(root, path, outgoing)
  return { ...statusOf(response), text: await readText(root, response) }
}

/** Opens a stream and resolves to its text, chunk by chunk, until `signal` aborts. Rejects with EmulatorError. */
export async function openStream(
  root: string,
  path: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const response = await connect(root, path, { headers: authorizationOf(token), signal })
  const { ok, status } = statusOf(response)
  if (!ok) throw toError(status, await readText(root, response))
  return readChunks(root, response)
}

async function* readChunks(root: string, response: IncomingMessage): AsyncGenerator<string> {
  try {
    yield* response.setEncoding('utf8')
  } catch (error) {
    throw connectionLost(root, error)
  }
}

async function connect(
  root: string,
  path: string,
  { body = '', ...options }: OutgoingRequest,
): Promise<IncomingMessage> {
  const agent = await agentFor(root)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(root + path, { ...options, agent }, resolve)
    outgoing.on('error', (error) => {
      const message = `cannot connect to ${root}: ${hintFor(error)} (${causeOf(error)})`
      reject(new EmulatorError(message, null, 'unreachable', null, error))
    })
    outgoing.end(body)
  })
}

function hintFor({ code = '' }: NodeJS.ErrnoException): string {
  if (/CERT|ISSUER|SIGNATURE/.test(code))
    return 'its certificate is not trusted: give it with --tls-cert or NODE_EXTRA_CA_CERTS'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'it may serve plain HTTP: then use http://'
  return 'is the emulator running?'
}

function statusOf({ statusCode: status = 0 }: IncomingMessage) {
  return { status, ok: status >= 200 && status < 300 }
}

async function readText(root: string, response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of readChunks(root, response)) text += chunk
  return text
}

/** Returns the error of a response that ends before it is complete. */
export const connectionLost = (root: string, error: unknown): EmulatorError =>
  new EmulatorError(`the connection to ${root} was lost (${causeOf(error)})`, null, 'connection_lost', null, error)

/** Returns why a request failed. The error for several addresses has only a code; OpenSSL's errors have the reason between colons. */
function causeOf(error: unknown): string {
  const { message, code = '' } = error as NodeJS.ErrnoException
  return /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? (message || code)
}

const authorizationOf = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

/** Sends JSON to a control and resolves to the JSON of the response. Rejects with EmulatorError. */
export type ControlClient = <Result>(method: string, path: string, body?: unknown) => Promise<Result>

export function createControlClient(root: string, token: string | undefined): ControlClient {
  const send = createSendControl(root, token)
  return async (method, path, content) => {
    const body = content === undefined ? undefined : { text: JSON.stringify(content), contentType: 'application/json' }
    return parseResponse(await send(method, path, body))
  }
}

/** Returns the JSON of a successful response. Throws EmulatorError if it is not JSON. */
export function parseResponse<Result>(text: string): Result {
  try {
    const content = JSON.parse(text)
    if (typeof content === 'object' && content !== null) return content
  } catch {}
  throw notFromEmulator(200)
}

/** Returns the response of a control that lists something. Throws EmulatorError if it is not a list. */
export function parseList<Item>(text: string): { data: Item[] } {
  const { data } = parseResponse<{ data?: Item[] }>(text)
  if (!Array.isArray(data)) throw notFromEmulator(200)
  return { data }
}

interface ErrorBody {
  message?: string
  code?: string | null
  param?: string | null
  errors?: BodyMistake[]
}

function toError(status: number, text: string): EmulatorError {
  const { message, code = null, param = null, errors } = parseError(text)
  return typeof message === 'string'
    ? new EmulatorError(message, status, code, param, undefined, errors)
    : notFromEmulator(status)
}

const notFromEmulator = (status: number) =>
  new EmulatorError(`the response with status ${status} is not from an emulator`, status, null, null)

// A proxy sends errors of other forms.
function parseError(text: string): ErrorBody {
  try {
    return { ...JSON.parse(text).error }
  } catch {
    return {}
  }
}
