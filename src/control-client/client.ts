import { EmulatorError } from './emulator-error.ts'

interface RequestBody {
  text: string
  contentType: string
}

/** Sends a request to a control and resolves to the text of the response. Rejects with EmulatorError. */
export type SendControl = (method: string, path: string, body?: RequestBody) => Promise<string>

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

/** Resolves to the response, whatever its status. Rejects with EmulatorError if there is none. */
export async function sendRequest(root: string, path: string, init: RequestInit = {}) {
  const response = await connect(root, path, init)
  return { status: response.status, ok: response.ok, text: await readText(root, response) }
}

/** Opens a stream and resolves to its text, chunk by chunk, until `signal` aborts. Rejects with EmulatorError. */
export async function openStream(
  root: string,
  path: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const response = await connect(root, path, { headers: authorizationOf(token), signal })
  if (!response.ok) throw toError(response.status, await readText(root, response))
  return readChunks(root, response)
}

async function* readChunks(root: string, { body }: Response): AsyncGenerator<string> {
  try {
    if (body !== null) yield* body.pipeThrough(new TextDecoderStream())
  } catch (error) {
    throw connectionLost(root, error)
  }
}

const connect = (root: string, path: string, init: RequestInit): Promise<Response> =>
  fetch(root + path, init).catch((error) => {
    const message = `cannot connect to ${root}: is the emulator running? (${causeOf(error)})`
    throw new EmulatorError(message, null, 'unreachable', null, error)
  })

const readText = (root: string, response: Response): Promise<string> =>
  response.text().catch((error) => {
    throw connectionLost(root, error)
  })

/** Returns the error of a response that ends before it is complete. */
export const connectionLost = (root: string, error: unknown): EmulatorError =>
  new EmulatorError(`the connection to ${root} was lost (${causeOf(error)})`, null, 'connection_lost', null, error)

/** Returns why a request failed; fetch itself only says that it failed. */
function causeOf(error: unknown): string {
  const { message, code = '' } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  return message || code
}

const authorizationOf = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

/** Sends JSON to a control and resolves to the JSON of the response. Rejects with EmulatorError. */
export type ControlClient = <Result>(method: string, path: string, body?: unknown) => Promise<Result>

export function createControlClient(root: string, token: string | undefined): ControlClient {
  const send = createSendControl(root, token)
  return async (method, path, content) => {
    const body = content === undefined ? undefined : { text: JSON.stringify(content), contentType: 'application/json' }
    return JSON.parse(await send(method, path, body))
  }
}

interface ErrorBody {
  message?: string
  code?: string | null
  param?: string | null
}

function toError(status: number, text: string): EmulatorError {
  const { message, code = null, param = null } = parseError(text)
  return typeof message === 'string'
    ? new EmulatorError(message, status, code, param)
    : new EmulatorError(`the response with status ${status} is not from an emulator`, status, null, null)
}

// A proxy sends errors of other forms.
function parseError(text: string): ErrorBody {
  try {
    return { ...JSON.parse(text).error }
  } catch {
    return {}
  }
}
