// Renders TSX with Preact's types in a tenth of Preact's code: the components of this page are functions without state.
import type { ComponentChildren } from 'preact'

type Props = Readonly<Record<string, unknown>>
type Component = (props: Props) => unknown
type Ref = (element: HTMLElement | null) => void

/** An element, or a text without a type. */
interface VirtualNode {
  type: string
  props: Props
  children: readonly VirtualNode[]
  key: unknown
  /** Tells the node from its siblings in every rendering: by its type, and its key or position. */
  id: string
  dom: HTMLElement
}

export const Fragment = ({ children }: { children: ComponentChildren }) => children

/** What esbuild writes for TSX. */
export function h(type: string | Component, given: Props | null, ...content: unknown[]): unknown {
  const { key, ...props }: Props = { ...given, ...(content.length > 0 && { children: content }) }
  const { children, ...attributes } = props
  if (typeof type === 'string') return { type, props: attributes, children: toNodes([children]), key }
  const result = type(props)
  return key === undefined ? result : Object.assign(result as VirtualNode, { key })
}

/** Returns the nodes of children, among them lists, and places where there is nothing at this time. */
function toNodes(children: readonly unknown[], place = ''): VirtualNode[] {
  return children.flatMap((child, index) => {
    if (Array.isArray(child)) return toNodes(child, `${place}${index}/`)
    if (child === undefined || child === null || typeof child === 'boolean') return []
    const node = (
      typeof child === 'object' ? child : { type: '', props: { data: String(child) }, children: [] }
    ) as VirtualNode
    node.id = `${node.type} ${place}${node.key ?? index}`
    return node
  })
}

let rendered: VirtualNode[] = []
let refs: (() => void)[] = []

/** Makes the content of an element what `children` describes, and changes only what differs from the last time. */
export function render(children: unknown, parent: HTMLElement): void {
  const nodes = toNodes([children])
  refs = []
  updateChildren(parent, rendered, nodes)
  rendered = nodes
  for (const callRef of refs) callRef()
}

function updateChildren(parent: HTMLElement, before: readonly VirtualNode[], nodes: readonly VirtualNode[]): void {
  const unused = new Map(before.map((node) => [node.id, node]))
  for (const node of nodes) {
    update(node, unused.get(node.id))
    unused.delete(node.id)
  }
  const kept = new Set(nodes.map(({ dom }) => dom))
  // First, because an element that has to move loses its focus.
  for (const node of before) {
    if (kept.has(node.dom)) continue
    node.dom.remove()
    forget(node)
  }
  let position = parent.firstChild
  for (const { dom } of nodes) {
    if (dom === position) position = position.nextSibling
    else parent.insertBefore(dom, position)
  }
}

/** Gives a node the element that it had in the last rendering, or a new one. */
function update(node: VirtualNode, before: VirtualNode | undefined): void {
  const { type, props, children } = node
  const dom = before?.dom ?? ((type ? document.createElement(type) : document.createTextNode('')) as HTMLElement)
  node.dom = dom
  // Before the value of a select, which is one of theirs.
  updateChildren(dom, before?.children ?? [], children)
  for (const name of Object.keys({ ...before?.props, ...props })) {
    const value = props[name]
    // The user may have changed the value since.
    const current = name === 'value' ? (dom as HTMLInputElement).value : before?.props[name]
    if (value === current) continue
    if (name === 'ref') refs.push(() => (value === undefined ? (current as Ref)(null) : (value as Ref)(dom)))
    else setProperty(dom, name, value)
  }
}

function setProperty(dom: HTMLElement, name: string, value: unknown): void {
  if (name.startsWith('on')) Object.assign(dom, { [name.toLowerCase()]: value ?? null })
  else if (value === undefined || value === null) dom.removeAttribute(name)
  else if (name === 'style') dom.style.cssText = toCss(value)
  else if (name in dom) Object.assign(dom, { [name]: value })
  else dom.setAttribute(name, String(value))
}

const toCss = (style: object) =>
  Object.entries(style)
    .map((property) => property.join(':'))
    .join(';')

function forget({ props, children }: VirtualNode): void {
  ;(props['ref'] as Ref | undefined)?.(null)
  children.forEach(forget)
}
