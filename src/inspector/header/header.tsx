import { Select } from '../common/fields.tsx'
import { connectionState } from '../state/connection-state.ts'
import { isHelpOpen } from '../state/keyboard.ts'
import { setTheme, type Theme, theme, themes } from '../state/theme.ts'
import { ClockGroup } from './clock-group.tsx'
import { ConnectGroup } from './connect-group.tsx'
import { ConnectionStatus } from './connection-status.tsx'
import { SandboxGroup } from './sandbox-group.tsx'
import { StateGroup } from './state-group.tsx'

const isWide = matchMedia('(min-width: 720px)').matches

export const Header = () => (
  <header>
    <div class="title-row">
      <h1>Admin keys emulator</h1>
      <ConnectionStatus />
      <span class="spacer" />
      <Select
        label="Theme"
        isLabelHidden
        value={theme.value}
        options={themes}
        onChange={(chosen) => setTheme(chosen as Theme)}
      />
      <button
        type="button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts"
        onClick={() => {
          isHelpOpen.value = true
        }}
      >
        ?
      </button>
    </div>
    <details open={isWide}>
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
