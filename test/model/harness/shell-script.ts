import type { HttpRequest } from './client.ts'
import type { Generated } from './resource-model.ts'

interface ScriptEntry {
  request: HttpRequest
  /** What the response discloses for the first time. */
  generated?: Generated | undefined
}

// Each created object gets its own variables, because another server generates other ids and values.
const createPreamble = (startArgs: string) => `# npm start -s -- ${startArgs} &
url=\${url:-http://localhost:4010}
request() {
  echo "> $1 $2"
  response=$(curl -sg --path-as-is -X "$1" "$url$2" -w ' (%{http_code})' "\${@:3}")
  echo "$response"
}
new_id() { echo "$response" | grep -oE '"(key_[A-Za-z0-9]{16})"' | tail -n 1 | tr -d '"'; }
new_value() { echo "$response" | grep -oE 'sk-(admin|svcacct)-[A-Za-z0-9_-]{124}'; }
new_project() { echo "$response" | grep -oE 'proj_[A-Za-z0-9]{24}' | tail -n 1; }
new_account() { echo "$response" | grep -oE 'user-[A-Za-z0-9]{24}' | tail -n 1; }`

/** Records requests as a bash script that sends the same requests to another server. */
export class ShellScript {
  readonly #startArgs: string
  readonly #maxRequests: number
  #entries: ScriptEntry[] = []
  #count = 0

  /** `startArgs` are the server's command-line arguments. Only the last `maxRequests` requests are kept. */
  constructor(startArgs: string, maxRequests = Number.POSITIVE_INFINITY) {
    this.#startArgs = startArgs
    this.#maxRequests = maxRequests
  }

  add(request: HttpRequest): ScriptEntry {
    const entry = { request }
    this.#count++
    this.#entries.push(entry)
    if (this.#entries.length > this.#maxRequests) this.#entries.shift()
    return entry
  }

  toString(): string {
    const variables = new Map<string, string>()
    const commands = this.#entries.map(({ request, generated = {} }, index) => {
      const command = toCurl(request, variables)
      const { key, projectId, accountId } = generated
      const assigned = Object.entries({ id: key?.id, value: key?.value, project: projectId, account: accountId })
      const assignments = assigned.flatMap(([kind, text]) => {
        if (text === undefined) return []
        variables.set(text, `${kind}${index}`)
        return [`${kind}${index}=$(new_${kind})`]
      })
      return assignments.length === 0 ? command : `${command}; ${assignments.join(' ')}`
    })
    const omittedCount = this.#count - this.#entries.length
    const note = omittedCount === 0 ? [] : [`# ${omittedCount} earlier requests are omitted`]
    return [createPreamble(this.#startArgs), ...note, ...commands].join('\n')
  }
}

type Variables = ReadonlyMap<string, string>

function toCurl({ method, path, headers = {}, body }: HttpRequest, variables: Variables): string {
  const options = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`, variables)}`)
  if (body !== undefined) options.push(`--data-binary ${quote(body, variables)}`)
  return ['request', method, quote(path, variables), ...options].join(' ')
}

/** Quotes a text as one shell word, with known ids and values replaced by their variables. */
function quote(text: string | Buffer, variables: Variables): string {
  let marked = Buffer.from(text).toString('latin1')
  for (const [idOrValue, name] of variables) marked = marked.replaceAll(idOrValue, `\0${name}\0`)
  const parts = marked.split('\0').map((part, index) => (index % 2 === 0 ? quoteLiteral(part) : `"$${part}"`))
  return parts.join('') || "''"
}

function quoteLiteral(text: string): string {
  if (/^[\w/:.=?&%-]*$/.test(text)) return /[?&]/.test(text) ? `'${text}'` : text
  if (/^[\x20-\x7e]+$/.test(text) && !text.includes("'")) return `'${text}'`
  const toHexEscape = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return `$'${text.replace(/[^\x20-\x7e]|['\\]/g, toHexEscape)}'`
}
