import { type ConnectionState, connectionState } from '../state/connection-state.ts'

const texts: Record<ConnectionState, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Not connected',
  gone: 'No sandbox',
}

export const ConnectionStatus = () => (
  <span class={`connection ${connectionState.value}`} data-testid="connection-state">
    {texts[connectionState.value]}
  </span>
)
