import { App } from './app.tsx'
import { listenForKeys } from './keyboard.ts'
import { render } from './render.ts'
import { listenForNavigation } from './state/route.ts'
import { followRoute } from './state/session.ts'
import { renderOnChange, scheduleRender } from './state/signal.ts'
import { applyTheme } from './state/theme.ts'

const tickMs = 250
const root = document.getElementById('inspector') as HTMLElement

applyTheme()
listenForNavigation(followRoute)
listenForKeys()
renderOnChange(() => render(<App />, root))
// The clock of the sandbox, and the states of keys that follow it.
setInterval(scheduleRender, tickMs)
