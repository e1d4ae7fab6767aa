import { CopyButton } from '../common/copy-button.tsx'
import { environmentLines } from '../common/environment.ts'
import { connection } from '../state/sandbox.ts'

/** How a client reaches the sandbox. */
export function ConnectGroup() {
  const baseUrl = connection.value?.base_url
  if (baseUrl === undefined) return null
  const lines = environmentLines()
  return (
    <section class="group connect" aria-label="Connect a client">
      <div class="buttons">
        <span class="label">Base URL</span>
        <code data-testid="base-url">{baseUrl}</code>
        <CopyButton text={baseUrl} label="Copy base URL" />
        <CopyButton text={lines} label="Copy environment" />
      </div>
      <pre data-testid="environment">{lines}</pre>
    </section>
  )
}
