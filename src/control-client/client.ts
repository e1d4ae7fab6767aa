import { EmulatorError } from './emulator-error.ts'

/** A body as it is sent. */
interface Document {
  text: string
  type: string
}

/** Sends a document to a control below `root`. Throws EmulatorError where it is refused, else answers the text. */
export type Send = (method: string, path: string, document?: Document) => Promise<string>

/** `root` is the URL of the emulator, or that and `/sandbox/NAME`. */
export function createSend(root: string, token: string | undefined): Send {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async (method, path, document) => {
    const type = document === undefined ? {} : { 'content-type': document.type }
    const { status, ok, text } = await reach(root, `/_emulator${path}`, {
      method,
      headers: { ...authorization, ...type },
      ...(document === undefined ? {} : { body: document.text }),
    })
    if (!ok) throw toError(status, text)
    return text
  }
}

/** What is answered there. Throws EmulatorError where nobody does. */
export async function reach(root: string, path: string, init: RequestInit = {}) {
  try {
    const answer = await fetch(root + path, init)
    return { status: answer.status, ok: answer.ok, text: await answer.text() }
  } catch (error) {
    // fetch says no more than that it failed.
    const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    throw new EmulatorError(`${root} cannot be asked: ${message || code}`, null, 'unreachable', null, error)
  }
}

/** Asks a control in JSON. */
export type Ask = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>

export function createAsk(root: string, token: string | undefined): Ask {
  const send = createSend(root, token)
  return async (method, path, body) => {
    const document = body === undefined ? undefined : { text: JSON.stringify(body), type: 'application/json' }
    return JSON.parse(await send(method, path, document))
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
