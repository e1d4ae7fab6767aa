export interface Signal<Value> {
  value: Value
}

let isScheduled = false
let renderPage = () => {}

/** Calls `render` now, and after signals have changed. */
export function renderOnChange(render: () => void): void {
  renderPage = render
  render()
}

/** Renders the whole page, once for all changes of this turn: it is small, and its tables render only the rows in view. */
export function scheduleRender(): void {
  if (isScheduled) return
  isScheduled = true
  queueMicrotask(() => {
    isScheduled = false
    renderPage()
  })
}

/** Returns a value of which the page shows every change. */
export function signal<Value>(initial: Value): Signal<Value> {
  let value = initial
  return {
    get value() {
      return value
    },
    set value(next) {
      if (next === value) return
      value = next
      scheduleRender()
    },
  }
}
