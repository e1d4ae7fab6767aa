import type { PagedList } from '../state/paged-list.ts'
import { route, setFilter } from '../state/route.ts'
import { Button } from './button.tsx'
import { countOf } from './format.ts'

/** How many items match, and how to get to the others of them. */
export function Paging({ list, noun }: { list: Pick<PagedList, 'page'>; noun: string }) {
  if (list.page.value === undefined) return null
  const { next, count } = list.page.value
  const { after } = route.value.query
  return (
    <>
      <span class="hint">{countOf(count, noun)}</span>
      {after && <Button onClick={() => setFilter('after', '')}>First</Button>}
      {(next !== null || after) && (
        <Button disabled={next === null} onClick={() => setFilter('after', next ?? '')}>
          Next
        </Button>
      )}
    </>
  )
}
