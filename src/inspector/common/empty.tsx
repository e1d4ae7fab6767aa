import type { ComponentChildren } from 'preact'
import { connection } from '../state/sandbox.ts'
import { CopyButton } from './copy-button.tsx'
import { environmentLines } from './environment.ts'

/** What to do when there is nothing to show. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** How to send a first request. */
export function FirstRequest() {
  const settings = connection.value.value
  if (settings === undefined) return null
  const lines = environmentLines(settings).join('\n')
  const curl = `curl "$OPENAI_BASE_URL/organization/admin_api_keys" -H "Authorization: Bearer $OPENAI_ADMIN_KEY"`
  return (
    <>
      <p>Point your program at this sandbox, or try it with curl:</p>
      <pre>
        <code>{`${lines}\n${curl}`}</code>
      </pre>
      <CopyButton text={`${lines}\n${curl}\n`} label="Copy commands" />
    </>
  )
}
