import { CopyButton } from '../common/copy-button.tsx'
import { environmentLines } from '../common/environment.ts'
import { connection } from '../state/sandbox.ts'

/** How a client reaches the sandbox. */
export function ConnectGroup() {
  const settings = connection.value.value
  if (settings === undefined) return null
  const lines = environmentLines(settings)
  return (
    <section class="group connect" aria-label="Connect a client">
      <div class="copy-row">
        <span class="label">Base URL</span>
        <code data-testid="base-url">{settings.base_url}</code>
        <CopyButton text={settings.base_url} label="Copy base URL" />
      </div>
      <div class="copy-row">
        <pre data-testid="environment">
          <code>{lines.join('\n')}</code>
        </pre>
        <CopyButton text={`${lines.join('\n')}\n`} label="Copy environment" />
      </div>
    </section>
  )
}
