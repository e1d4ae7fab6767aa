import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy-button.tsx'
import { environmentLines } from './environment.ts'

/** What to do when there is nothing to show. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
)

/** How to send a first request. */
export function FirstRequest() {
  const commands = `${environmentLines()}curl "$OPENAI_BASE_URL/organization/admin_api_keys" -H "Authorization: Bearer $OPENAI_ADMIN_KEY"\n`
  return (
    <>
      <p>Point your program at this sandbox, or try it with curl:</p>
      <pre>{commands}</pre>
      <CopyButton text={commands} label="Copy commands" />
    </>
  )
}
