import { EmulatorError } from './emulator-error.ts'

/** A body as it is sent. */
interface RequestBody {
  text: string
  type: string
}

/** Sends a document to a control below `root`. Throws EmulatorError where it is refused, else answers the text. */
export type SendControl = (method: string, path: string, body?: RequestBody) => Promise<string>

/** `root` is the URL of the emulator, or that and `/sandbox/NAME`. */
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

/** What is answered there. Throws EmulatorError where nobody does. */
export async function request(root: string, path: string, init: RequestInit = {}) {
  try {
    const response = await fetch(root + path, init)
    return { status: response.status, ok: response.ok, text: await response.text() }
  } catch (error) {
    // fetch says no more than that it failed.
    const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    throw new EmulatorError(`${root} cannot be asked: ${message || code}`, null, 'unreachable', null, error)
  }
}

/** Asks a control in JSON. */
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
    return new EmulatorError(`answered with ${status}, but not by an emulator`, status, null, null)
  }
}
