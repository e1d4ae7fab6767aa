import { type Ask, type Asked, get, keysPath, remove } from './client/client.ts'
import { NoAnswer } from './client/http.ts'
import { type Answer, at, idsOf, keysOf, textAt } from './client/response.ts'

/** What could not be removed. */
export interface Left {
  ids: string[]
  /** Whether there may be more, by names of ours, but they could not be looked for. */
  isUnsure: boolean
  /** How many may have been made by other names, of which no answer told. */
  untold: number
}

const mostPages = 1000

/** Whether an answer to a create says which key was made, or that none was. */
const tellsOfKey = ({ status, body }: Answer) => (status >= 400 && status < 500) || textAt(body, 'id') !== ''

/** The keys that we made, to be removed again. */
export class Made {
  /** With which all names of ours begin; nobody else's do. */
  readonly prefix: string
  readonly #ids = new Set<string>()
  /** Listed before we made them: somebody else's, whatever a server answers. */
  readonly #others = new Set<string>()
  /** All that there have been. */
  readonly #ever = new Set<string>()
  #hasPosted = false
  #untold = 0

  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** How many there have been. */
  get count(): number {
    return this.#ever.size
  }

  /** Whether we made it, and it is there still. */
  isOurs(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Sends a request, and keeps in mind what it makes. */
  async watch(asked: Asked, send: (asked: Asked) => Promise<Answer>): Promise<Answer> {
    const { method, body = '' } = asked
    if (method === 'POST') this.#hasPosted = true
    // What has a name of ours can be found by it.
    const isNameless = method === 'POST' && !body.includes(this.prefix)
    const answer = await send(asked).catch((error) => {
      if (isNameless && error instanceof NoAnswer) this.#untold++
      throw error
    })
    if (isNameless && !tellsOfKey(answer)) this.#untold++
    this.#note(asked, answer)
    return answer
  }

  #note({ method, path }: Asked, answer: Answer): void {
    if (method === 'GET') for (const id of idsOf(answer)) if (!this.#ids.has(id)) this.#others.add(id)
    if (answer.status >= 300) return
    if (method === 'POST') this.#add(textAt(answer.body, 'id'))
    if (method === 'DELETE' && at(answer.body, 'deleted') === true)
      this.#ids.delete(decodeURIComponent(path.slice(keysPath.length + 1)))
  }

  #add(id: string): void {
    if (id === '' || this.#others.has(id)) return
    this.#ids.add(id)
    this.#ever.add(id)
  }

  /** Deletes all of them, also those of which no answer told. Never rejects. */
  async remove(ask: Ask): Promise<Left> {
    if (!this.#hasPosted) return { ids: [], isUnsure: false, untold: 0 }
    for (const id of this.#ids) await this.#delete(id, ask)
    const found = await this.#find(ask)
    for (const id of found ?? []) {
      this.#ever.add(id)
      await this.#delete(id, ask)
    }
    // A server that says it deleted may not have.
    const still = found?.length === 0 ? [] : await this.#find(ask)
    return { ids: [...new Set([...this.#ids, ...(still ?? [])])], isUnsure: still === undefined, untold: this.#untold }
  }

  async #delete(id: string, ask: Ask): Promise<void> {
    const status = await ask(remove(id)).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200 || status === 404) this.#ids.delete(id)
    else this.#ids.add(id)
  }

  /** The ids of those that are listed by a name of ours; `undefined` where that cannot be told. */
  async #find(ask: Ask): Promise<string[] | undefined> {
    const found = new Set<string>()
    const cursors = new Set<string>()
    for (let after = ''; cursors.size < mostPages; ) {
      const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`
      const answer = await ask(get(`?limit=100&order=desc${cursor}`)).catch(() => undefined)
      if (answer?.status !== 200) return undefined
      for (const key of keysOf(answer)) {
        const isOurs = textAt(key, 'name').startsWith(this.prefix)
        if (isOurs && textAt(key, 'id') !== '') found.add(textAt(key, 'id'))
      }
      after = idsOf(answer).at(-1) ?? ''
      if (after === '' || cursors.has(after) || at(answer.body, 'has_more') !== true) return [...found]
      cursors.add(after)
    }
    return undefined
  }
}
