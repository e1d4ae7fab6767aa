import type { VNode } from 'preact'
import { sandboxes } from './api/client.ts'
import { AuditPanel } from './audit/audit-panel.tsx'
import { BehaviorPanel } from './behavior/behavior-panel.tsx'
import { Button } from './common/button.tsx'
import { Empty } from './common/empty.tsx'
import { Notice } from './common/notice.tsx'
import { FaultsPanel } from './faults/faults-panel.tsx'
import { Header } from './header/header.tsx'
import { TokenDialog } from './header/token-dialog.tsx'
import { KeysPanel } from './keys/keys-panel.tsx'
import { RequestsPanel } from './requests/requests-panel.tsx'
import { connectionState } from './state/connection-state.ts'
import { dialog } from './state/dialog.ts'
import { attempt } from './state/notice.ts'
import { type Panel, route } from './state/route.ts'
import { Tabs } from './tabs.tsx'

const panels: Record<Panel, () => VNode> = {
  keys: KeysPanel,
  requests: RequestsPanel,
  faults: FaultsPanel,
  audit: AuditPanel,
  behavior: BehaviorPanel,
}

export function App() {
  const { panel } = route.value
  const Shown = panels[panel]
  return (
    <>
      <Header />
      {connectionState.value === 'lost' && (
        <div class="banner" role="alert">
          The connection to the emulator is lost. Is it running? Reconnecting…
        </div>
      )}
      <main>
        {connectionState.value === 'gone' ? (
          <NoSandbox />
        ) : (
          <>
            <Tabs />
            <div role="tabpanel" id="panel" aria-labelledby={`tab-${panel}`} class="panel">
              <Shown key={panel} />
            </div>
          </>
        )}
      </main>
      {dialog.value?.() ?? <Notice />}
      <TokenDialog />
    </>
  )
}

function NoSandbox() {
  const name = route.value.sandbox
  return (
    <Empty title={`There is no sandbox ${name}`}>
      <p>It was removed, or the emulator was restarted. This page shows it as soon as it exists.</p>
      <Button class="primary" onClick={() => attempt(() => sandboxes.create({ name }))}>
        Create it from the seed
      </Button>
    </Empty>
  )
}
