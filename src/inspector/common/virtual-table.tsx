import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { setActiveList } from '../state/keyboard.ts'
import { navigate } from '../state/route.ts'
import { type Column, columnStyle } from './columns.ts'

const rowHeight = 36
const overscan = 8

interface VirtualTableProps<Item> {
  label: string
  columns: readonly Column<Item>[]
  count: number
  itemAt: (index: number) => Item
  idOf: (item: Item) => string
  /** The URL that a row opens; rows that open nothing have none. */
  hrefOf?: (item: Item) => string
  openId?: string | undefined
  isMuted?: (item: Item) => boolean
}

/** A table that renders only the rows in view. `j` and `k` move in it. */
export function VirtualTable<Item>(props: VirtualTableProps<Item>) {
  const { label, columns, count, itemAt, idOf } = props
  const body = useRef<HTMLDivElement>(null)
  const view = useView(body)
  const cursor = useSignal(props.openId)
  useEffect(() => {
    if (props.openId !== undefined) cursor.value = props.openId
  }, [props.openId, cursor])
  useStableScroll(body, props)
  useKeyboard(body, props, cursor)
  const start = Math.min(Math.max(0, Math.floor(view.top / rowHeight) - overscan), count)
  const end = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + overscan)
  return (
    <div class="table" role="table" aria-label={label} aria-rowcount={count + 1} style={columnStyle(columns)}>
      <div role="rowgroup" class="head">
        <div role="row" class="row">
          {columns.map((column) => (
            <div key={column.name} role="columnheader" class={classOf(column)}>
              {column.name || <span class="visually-hidden">Actions</span>}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="body" ref={body} tabIndex={0}>
        <div role="presentation" style={{ height: `${count * rowHeight}px` }} />
        {Array.from({ length: Math.max(end - start, 0) }, (_, offset) => {
          const index = start + offset
          const item = itemAt(index)
          const id = idOf(item)
          return <Row key={id} {...props} item={item} index={index} isCurrent={id === cursor.value} />
        })}
      </div>
    </div>
  )
}

const classOf = ({ tier, isNumber }: Column<never>) => `tier-${tier}${isNumber ? ' number' : ''}`

interface RowProps<Item> extends VirtualTableProps<Item> {
  item: Item
  index: number
  isCurrent: boolean
}

function Row<Item>({ columns, item, index, isCurrent, hrefOf, isMuted }: RowProps<Item>) {
  return (
    <div
      role="row"
      class={isMuted?.(item) ? 'row muted' : 'row'}
      aria-rowindex={index + 2}
      aria-current={isCurrent ? 'true' : undefined}
      style={{ top: `${index * rowHeight}px` }}
    >
      {columns.map((column, position) => (
        <div key={column.name} role="cell" class={classOf(column)}>
          {position === 0 && hrefOf !== undefined ? (
            <RowLink href={hrefOf(item)}>{column.render(item)}</RowLink>
          ) : (
            column.render(item)
          )}
        </div>
      ))}
    </div>
  )
}

// Covers the whole row.
const RowLink = ({ href, children }: { href: string; children: ComponentChildren }) => (
  <a class="row-link" href={href} draggable={false}>
    {children}
  </a>
)

/** Returns which part of a scrolling element is in view. */
function useView(ref: RefObject<HTMLElement | null>): { top: number; height: number } {
  const [view, setView] = useState({ top: 0, height: 600 })
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const update = () => setView({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(update)
    observer.observe(element)
    element.addEventListener('scroll', update, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', update)
    }
  }, [ref])
  return view
}

function indexOf<Item>({ count, itemAt, idOf }: VirtualTableProps<Item>, id: string | undefined): number {
  for (let index = 0; index < count; index++) if (idOf(itemAt(index)) === id) return index
  return -1
}

/** Keeps the rows in view in place when others appear above them, unless the first row is in view. */
function useStableScroll<Item>(ref: RefObject<HTMLElement | null>, props: VirtualTableProps<Item>): void {
  const first = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    const offset = element.scrollTop % rowHeight
    if (element.scrollTop > 0 && first.current !== undefined) {
      const index = indexOf(props, first.current)
      if (index > 0) element.scrollTop = index * rowHeight + offset
    }
    const remember = () => {
      const index = Math.floor(element.scrollTop / rowHeight)
      first.current = index > 0 && index < props.count ? props.idOf(props.itemAt(index)) : undefined
    }
    remember()
    element.addEventListener('scroll', remember, { passive: true })
    return () => element.removeEventListener('scroll', remember)
  })
}

function useKeyboard<Item>(
  ref: RefObject<HTMLElement | null>,
  props: VirtualTableProps<Item>,
  cursor: Signal<string | undefined>,
): void {
  const { count, itemAt, idOf, hrefOf, openId } = props
  useEffect(() => {
    setActiveList({
      move(step) {
        if (count === 0) return
        const current = indexOf(props, cursor.value)
        const index = current < 0 ? 0 : Math.min(Math.max(current + step, 0), count - 1)
        const id = idOf(itemAt(index))
        cursor.value = id
        if (openId !== undefined) navigate({ id }, true)
        showRow(ref.current, index)
      },
      open() {
        const id = cursor.value
        if (id !== undefined && hrefOf !== undefined && indexOf(props, id) >= 0) navigate({ id })
      },
    })
  })
  useEffect(() => () => setActiveList(undefined), [])
}

/** Scrolls to a row and focuses its link, so that Enter opens it, and not what had the focus before. */
function showRow(element: HTMLElement | null, index: number): void {
  if (element === null) return
  element.focus({ preventScroll: true })
  const top = index * rowHeight
  const bottom = top + rowHeight - element.clientHeight
  element.scrollTop = Math.max(Math.min(element.scrollTop, top), bottom)
  requestAnimationFrame(() => element.querySelector<HTMLElement>('[aria-current] a')?.focus({ preventScroll: true }))
}
