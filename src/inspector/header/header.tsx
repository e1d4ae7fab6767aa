import { Button } from '../common/button.tsx'
import { Select } from '../common/fields.tsx'
import { type ConnectionState, connectionState } from '../state/connection-state.ts'
import { signal } from '../state/signal.ts'
import { setTheme, theme, themes } from '../state/theme.ts'
import { ClockGroup } from './clock-group.tsx'
import { ConnectGroup } from './connect-group.tsx'
import { openHelp } from './help-dialog.tsx'
import { SandboxGroup } from './sandbox-group.tsx'
import { StateGroup } from './state-group.tsx'

const wide = matchMedia('(min-width: 720px)')
const isWide = signal(wide.matches)
wide.onchange = () => {
  isWide.value = wide.matches
}

const stateNames: Record<ConnectionState, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Not connected',
  gone: 'No sandbox',
}

export const Header = () => (
  <header>
    <div class="buttons">
      <h1>Admin keys emulator</h1>
      <span class={`connection ${connectionState.value}`} data-testid="connection-state">
        {stateNames[connectionState.value]}
      </span>
      <span class="spacer" />
      <Select label="Theme" name="theme" isLabelHidden value={theme.value} options={themes} onChange={setTheme} />
      <Button label="Keyboard shortcuts" onClick={openHelp}>
        ?
      </Button>
    </div>
    <details open={isWide.value}>
      <summary>Sandbox, clock, state</summary>
      <div class="groups">
        <SandboxGroup />
        {connectionState.value !== 'gone' && (
          <>
            <ClockGroup />
            <StateGroup />
            <ConnectGroup />
          </>
        )}
      </div>
    </details>
  </header>
)
