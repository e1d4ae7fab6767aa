import type { ComponentChildren } from 'preact'
import { href } from '../state/route.ts'

interface DetailProps {
  /** The name of the region. */
  label: string
  title: ComponentChildren
  actions?: ComponentChildren
  children?: ComponentChildren
}

/** What is open beside a list. */
export const Detail = ({ label, title, actions, children }: DetailProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
  <section class="detail" aria-label={label} tabIndex={0}>
    <div class="detail-head">
      <h2>{title}</h2>
      <div class="buttons">
        {actions}
        <a class="button" href={href({ id: undefined })} aria-label="Close" title="Close (Esc)">
          ×
        </a>
      </div>
    </div>
    {children}
  </section>
)

/** Says that what a link leads to does not exist. */
export const Gone = ({ label, text }: { label: string; text: string }) => (
  <Detail label={label} title="Not found">
    <p>{text}</p>
    <p class="hint">It may have been removed by a reset, a restore or a restart.</p>
  </Detail>
)
