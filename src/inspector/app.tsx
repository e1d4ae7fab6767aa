import { useEffect } from 'preact/hooks'
import { sandboxes } from './api/client.ts'
import { BehaviorPanel } from './behavior/behavior-panel.tsx'
import { Empty } from './common/empty.tsx'
import { FaultsPanel } from './faults/faults-panel.tsx'
import { Header } from './header/header.tsx'
import { HelpDialog } from './header/help-dialog.tsx'
import { TokenDialog } from './header/token-dialog.tsx'
import { KeysPanel } from './keys/keys-panel.tsx'
import { RequestsPanel } from './requests/requests-panel.tsx'
import { connectionState } from './state/connection-state.ts'
import { followSearch } from './state/keys.ts'
import { attempt, notice } from './state/notice.ts'
import { type Panel, route, sandboxName } from './state/route.ts'
import { followSandbox } from './state/session.ts'
import { Tabs } from './tabs.tsx'

const panels: Record<Panel, () => preact.JSX.Element> = {
  keys: KeysPanel,
  requests: RequestsPanel,
  faults: FaultsPanel,
  behavior: BehaviorPanel,
}

export function App() {
  const name = sandboxName.value
  useEffect(() => followSearch(), [])
  useEffect(() => {
    document.title = `${name} · Inspector`
    const leaving = new AbortController()
    void followSandbox(name, leaving.signal)
    return () => leaving.abort()
  }, [name])
  const Panel = panels[route.value.panel]
  const state = connectionState.value
  return (
    <>
      <Header />
      {state === 'lost' && (
        <div class="banner" role="alert">
          The connection to the emulator is lost. Is it running? Reconnecting…
        </div>
      )}
      <main>
        {state === 'gone' ? (
          <NoSandbox name={name} />
        ) : (
          <>
            <Tabs />
            <div role="tabpanel" id="panel" aria-labelledby={`tab-${route.value.panel}`} class="panel">
              <Panel key={route.value.panel} />
            </div>
          </>
        )}
      </main>
      <div role="status" class={`notice${notice.value?.isError ? ' error' : ''}`}>
        {notice.value?.text}
      </div>
      <HelpDialog />
      <TokenDialog />
    </>
  )
}

const NoSandbox = ({ name }: { name: string }) => (
  <Empty title={`There is no sandbox ${name}`}>
    <p>It was removed, or the emulator was restarted. This page shows it as soon as it exists.</p>
    <button type="button" class="primary" onClick={() => attempt(() => sandboxes.create({ name }))}>
      Create it from the seed
    </button>
  </Empty>
)
