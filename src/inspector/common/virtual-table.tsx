import { href, navigate, route } from '../state/route.ts'
import { signal } from '../state/signal.ts'
import { type Column, columnStyle } from './columns.ts'

const rowHeight = 36
const overscan = 8

interface Identified {
  id: string
}

interface TableProps<Item extends Identified> {
  label: string
  columns: readonly Column<Item>[]
  items: readonly Item[]
  /** Tells an item from all others, in the URL too; by default its id. */
  rowIdOf?: (item: Item) => string
  isMuted?: (item: Item) => boolean
}

/** A table that renders only the rows in view; each row opens its item. There is at most one in the page. */
export function VirtualTable<Item extends Identified>(props: TableProps<Item>) {
  const { label, columns, items, rowIdOf = ({ id }: Item) => id, isMuted } = props
  const rowIds = items.map(rowIdOf)
  const { top, height } = view.value
  const start = Math.min(Math.max(0, Math.floor(top / rowHeight) - overscan), items.length)
  const end = Math.ceil((top + height) / rowHeight) + overscan
  return (
    <div class="table" role="table" aria-label={label} aria-rowcount={items.length + 1} style={columnStyle(columns)}>
      <div role="rowgroup" class="head">
        <div role="row" class="row">
          {columns.map((column) => (
            <div key={column[0]} role="columnheader" class={classOf(column)}>
              {column[0] || <span class="visually-hidden">Actions</span>}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="body" ref={attach} onScroll={measure} tabIndex={0}>
        {/* A new function is called after each rendering. */}
        <div
          role="presentation"
          style={{ height: `${items.length * rowHeight}px` }}
          ref={(spacer) => keepInPlace(spacer && rowIds)}
        />
        {items.slice(start, end).map((item, offset) => (
          <div
            key={rowIdOf(item)}
            role="row"
            class={isMuted?.(item) ? 'row muted' : 'row'}
            aria-rowindex={start + offset + 2}
            aria-current={rowIdOf(item) === route.value.selected ? 'true' : undefined}
            style={{ top: `${(start + offset) * rowHeight}px` }}
          >
            {columns.map((column, position) => (
              <div key={column[0]} role="cell" class={classOf(column)}>
                {position === 0 ? (
                  <a class="row-link" href={href({ id: rowIdOf(item) })} draggable={false}>
                    {column[3](item)}
                  </a>
                ) : (
                  column[3](item)
                )}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

const classOf = ([, , tier, , align]: Column<never>) => `tier-${tier} ${align ?? ''}`

/** The part of the table that is in view. */
const view = signal({ top: 0, height: 600 })

let body: HTMLElement | null = null
let shown: readonly string[] = []
// The row at the top of the view.
let topIndex = 0
let topId: string | undefined

const observer = new ResizeObserver(measure)

function attach(element: HTMLElement | null): void {
  body = element
  if (element === null) {
    shown = []
    topIndex = 0
    view.value = { ...view.value, top: 0 }
    observer.disconnect()
  } else {
    observer.observe(element)
    scrollTo(selectedIndex())
  }
}

function measure(): void {
  if (body === null) return
  view.value = { top: body.scrollTop, height: body.clientHeight }
  topIndex = Math.floor(body.scrollTop / rowHeight)
  topId = shown[topIndex]
}

/** Keeps the rows in view in place when others appear above them, unless the first row is in view. */
function keepInPlace(rowIds: readonly string[] | null): void {
  if (rowIds === null) return
  shown = rowIds
  if (topIndex > 0 && topId !== undefined && rowIds[topIndex] !== topId) {
    const index = rowIds.indexOf(topId)
    if (index > 0 && body !== null) {
      body.scrollTop += (index - topIndex) * rowHeight
      topIndex = index
    }
  }
  topId = rowIds[topIndex]
}

const selectedIndex = () => shown.indexOf(route.value.selected ?? '')

function scrollTo(index: number): void {
  if (body === null || index < 0) return
  const top = index * rowHeight
  body.scrollTop = Math.max(Math.min(body.scrollTop, top), top + rowHeight - body.clientHeight)
}

/** Selects the next or previous row, the first if none is selected; opens it if a row is open. */
export function moveSelection(step: 1 | -1): void {
  const index = Math.max(0, Math.min(selectedIndex() + step, shown.length - 1))
  const id = shown[index]
  if (id === undefined) return
  navigate(route.value.id === undefined ? { selected: id } : { id }, true)
  scrollTo(index)
  body?.focus({ preventScroll: true })
  // After the rendering that the selection has requested. Enter then opens the row, and not what had the focus before.
  queueMicrotask(() => body?.querySelector<HTMLElement>('[aria-current] a')?.focus({ preventScroll: true }))
}

export function openSelection(): void {
  const id = shown[selectedIndex()]
  if (id !== undefined) navigate({ id })
}
