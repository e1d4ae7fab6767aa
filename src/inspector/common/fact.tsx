import type { ComponentChildren } from 'preact'

/** A name and what it stands for, in a list of such pairs. */
export const Fact = ({ name, children }: { name: ComponentChildren; children: ComponentChildren }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
