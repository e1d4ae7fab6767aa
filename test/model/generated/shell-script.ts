import type { Sent } from './client.ts'
import type { Drawn } from './organization-model.ts'

interface Line {
  sent: Sent
  /** What its answer is the first to show. */
  drawn?: Drawn | undefined
}

// Each key that is made gets variables of its own, for whoever runs this draws others.
const preamble = (start: string) => `# npm start -s -- ${start} &
url=\${url:-http://localhost:4010}
ask() { echo "> $1 $2"; answer=$(curl -sg --path-as-is -X "$1" "$url$2" -w ' (%{http_code})' "\${@:3}"); echo "$answer"; }
new_id() { echo "$answer" | grep -o 'key_[A-Za-z0-9]\\{16\\}' | tail -n 1; }
new_value() { echo "$answer" | grep -o 'sk-admin-[A-Za-z0-9_-]\\{124\\}'; }`

/** What was asked of a server, as a script for a shell that asks the same of another. */
export class Script {
  readonly #start: string
  readonly #longest: number
  #lines: Line[] = []
  #count = 0

  /** `start` is what the command is given for such a server; all but the last so many requests are forgotten. */
  constructor(start: string, longest = Number.POSITIVE_INFINITY) {
    this.#start = start
    this.#longest = longest
  }

  add(sent: Sent): Line {
    const line = { sent }
    this.#count++
    this.#lines.push(line)
    if (this.#lines.length > this.#longest) this.#lines.shift()
    return line
  }

  toString(): string {
    const variables = new Map<string, string>()
    const lines = this.#lines.map(({ sent, drawn }, index) => {
      const asked = inShell(sent, variables)
      if (drawn === undefined) return asked
      variables.set(drawn.id, `id${index}`)
      if (drawn.value === undefined) return `${asked}; id${index}=$(new_id)`
      variables.set(drawn.value, `value${index}`)
      return `${asked}; id${index}=$(new_id) value${index}=$(new_value)`
    })
    const forgotten = this.#count - this.#lines.length
    const note = forgotten === 0 ? [] : [`# ${forgotten} requests before these are forgotten`]
    return [preamble(this.#start), ...note, ...lines].join('\n')
  }
}

type Variables = ReadonlyMap<string, string>

function inShell({ method, path, headers = {}, body }: Sent, variables: Variables): string {
  const options = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`, variables)}`)
  if (body !== undefined) options.push(`--data-binary ${quoted(body, variables)}`)
  return ['ask', method, quoted(path, variables), ...options].join(' ')
}

/** A word of the shell, with variables where those texts stand. */
function quoted(text: string | Buffer, variables: Variables): string {
  let marked = Buffer.from(text).toString('latin1')
  for (const [drawn, name] of variables) marked = marked.replaceAll(drawn, `\0${name}\0`)
  const parts = marked.split('\0').map((part, index) => (index % 2 === 0 ? literal(part) : `"$${part}"`))
  return parts.join('') || "''"
}

function literal(text: string): string {
  if (/^[\w/:.=?&%-]*$/.test(text)) return /[?&]/.test(text) ? `'${text}'` : text
  if (/^[\x20-\x7e]+$/.test(text) && !text.includes("'")) return `'${text}'`
  const escaped = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return `$'${text.replace(/[^\x20-\x7e]|['\\]/g, escaped)}'`
}
