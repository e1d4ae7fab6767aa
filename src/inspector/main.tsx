import { render } from 'preact'
import { App } from './app.tsx'
import { listenForKeys } from './state/keyboard.ts'
import { listenForNavigation } from './state/route.ts'
import { applyTheme } from './state/theme.ts'

applyTheme()
listenForNavigation()
listenForKeys()
render(<App />, document.getElementById('inspector') as HTMLElement)
