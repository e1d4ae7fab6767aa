import type { ComponentChildren } from 'preact'
import { href } from '../state/route.ts'

interface SplitProps {
  toolbar: ComponentChildren
  children: ComponentChildren
  /** What is open, if anything. */
  detail: ComponentChildren
}

/** A list with its toolbar, and what is open beside it. */
export const Split = ({ toolbar, children, detail }: SplitProps) => (
  <div class={detail ? 'split has-detail' : 'split'}>
    <div class="list">
      <div class="toolbar">{toolbar}</div>
      {children}
    </div>
    {detail}
  </div>
)

interface DetailProps {
  /** The name of the region. */
  label: string
  title?: ComponentChildren
  actions?: ComponentChildren
  children?: ComponentChildren
}

/** What is open beside a list. */
export const Detail = ({ label, title = label, actions, children }: DetailProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
  <section class="detail" aria-label={label} tabIndex={0}>
    <div class="buttons">
      <h2>{title}</h2>
      {actions}
      <a class="button" href={href({ id: undefined })} aria-label="Close" title="Close (Esc)">
        ×
      </a>
    </div>
    {children}
  </section>
)

/** Says that what a link leads to does not exist. */
export const Gone = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <Detail label={label} title="Not found">
    <p>{children}</p>
    <p class="hint">It may have been removed by a reset, a restore or a restart.</p>
  </Detail>
)
