import type { Search } from '../api/client.ts'
import { createResource } from './resource.ts'
import { type Panel, route } from './route.ts'

const limit = '100'

interface Page {
  data: { id: string }[]
  count: number
  /** The cursor of the next page; null after the last. */
  next: string | null
}

interface ListDefinition<ItemPage extends Page> {
  panel: Panel
  /** The query parameters that the panel has. */
  filters: readonly string[]
  list: (search: Search) => Promise<ItemPage>
  /** Tells an item from all others, in the URL too; by default its id. */
  rowIdOf?: (item: ItemPage['data'][number]) => string
  /** What to search for the item of a row, in this order; `filter` is its id. */
  searchesFor: (rowId: string) => readonly (Search & { filter: string })[]
  /** Whether it is read while another panel is shown. */
  isAlwaysRead?: boolean
}

/** Returns a list that the emulator filters and divides into pages, and the item of it that is open. */
export function createPagedList<ItemPage extends Page>(definition: ListDefinition<ItemPage>) {
  type Item = ItemPage['data'][number]
  const { panel, filters, list, rowIdOf = ({ id }: Item) => id, searchesFor, isAlwaysRead } = definition
  const openId = () => (route.value.panel === panel ? route.value.id : undefined)

  /** The page that is shown. */
  const page = createResource(() => {
    const query = route.value.panel === panel ? route.value.query : {}
    const given = [...filters, 'after'].flatMap((name) => (query[name] ? [[name, query[name]]] : []))
    return list({ limit, ...Object.fromEntries(given) })
  })

  /** The item that is open; null if there is none. */
  const open = createResource(async () => {
    const id = openId()
    return id === undefined ? undefined : findItem(id)
  })

  // The browser would report the 404 of an item that is gone as an error.
  async function findItem(rowId: string): Promise<Item | null> {
    for (const search of searchesFor(rowId)) {
      let after = ''
      for (;;) {
        const { data, next } = await list({ ...search, limit, after })
        const item = data.find(({ id }) => id === search.filter)
        if (item !== undefined) return item
        if (next === null) break
        after = next
      }
    }
    return null
  }

  return {
    page,
    open,
    refresh(): void {
      if (!isAlwaysRead && route.value.panel !== panel) return
      page.refresh()
      open.refresh()
    },
    /** Shows what the page contains of the item that is open, until it is read. */
    showListed(): void {
      const id = openId()
      open.value = page.value?.data.find((item) => rowIdOf(item) === id)
    },
    forget(): void {
      page.value = undefined
      open.value = undefined
    },
  }
}

export type PagedList = ReturnType<typeof createPagedList>
