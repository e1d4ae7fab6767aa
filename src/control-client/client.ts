import { EmulatorError } from './emulator-error.ts'

interface RequestBody {
  text: string
  /** The content type. */
  type: string
}

/** Sends a request to a control and resolves to the text of the response. Rejects with EmulatorError. */
export type SendControl = (method: string, path: string, body?: RequestBody) => Promise<string>

/** `root` is the URL of the emulator, or of one of its sandboxes. */
export function createSendControl(root: string, token: string | undefined): SendControl {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async (method, path, body) => {
    const type = body === undefined ? {} : { 'content-type': body.type }
    const { status, ok, text } = await request(root, `/_emulator${path}`, {
      method,
      headers: { ...authorization, ...type },
      ...(body === undefined ? {} : { body: body.text }),
    })
    if (!ok) throw toError(status, text)
    return text
  }
}

/** Resolves to the response, whatever its status. Rejects with EmulatorError if there is none. */
export async function request(root: string, path: string, init: RequestInit = {}) {
  try {
    const response = await fetch(root + path, init)
    return { status: response.status, ok: response.ok, text: await response.text() }
  } catch (error) {
    throw toConnectError(root, error)
  }
}

/** Opens a stream and resolves to its text, chunk by chunk, until `signal` aborts. Rejects with EmulatorError. */
export async function openStream(
  root: string,
  path: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(root + path, { headers, signal }).catch((error) => {
    throw toConnectError(root, error)
  })
  if (!response.ok) throw toError(response.status, await response.text())
  return decode(response.body as unknown as AsyncIterable<Uint8Array>)
}

async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
}

function toConnectError(root: string, error: unknown): EmulatorError {
  // fetch itself only says that it failed.
  const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  const text = `cannot connect to ${root}: is the emulator running? (${message || code})`
  return new EmulatorError(text, null, 'unreachable', null, error)
}

/** Sends JSON to a control and resolves to the JSON of the response. Rejects with EmulatorError. */
export type ControlClient = <Result>(method: string, path: string, body?: unknown) => Promise<Result>

export function createControlClient(root: string, token: string | undefined): ControlClient {
  const send = createSendControl(root, token)
  return async (method, path, content) => {
    const body = content === undefined ? undefined : { text: JSON.stringify(content), type: 'application/json' }
    return JSON.parse(await send(method, path, body))
  }
}

function toError(status: number, text: string): EmulatorError {
  try {
    const { message, code, param } = JSON.parse(text).error
    return new EmulatorError(message, status, code, param)
  } catch {
    return new EmulatorError(`the response with status ${status} is not from an emulator`, status, null, null)
  }
}
