// Builds and runs the program, for npm start.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// npm forwards SIGTERM only to its shell, and most shells end without forwarding it: the server would keep running on
// its port. `exec` would replace the shell, but Windows has none.
const shell = process.ppid
const watch = setInterval(() => {
  if (process.ppid === shell) return
  clearInterval(watch)
  process.kill(process.pid, 'SIGTERM')
}, 100)
watch.unref()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clearInterval(watch))

const build = fileURLToPath(new URL('build.ts', import.meta.url))
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' })
if (status === 0) await import('../bin/admin-keys-emulator.cjs')
else process.exitCode = 1
