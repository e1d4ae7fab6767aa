// Puts the types of the library beside lib/index.js and lib/index.cjs: once for each, for TypeScript tells the two apart.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })

const types = readFileSync(new URL('dist/types/library/start-emulator.d.ts', root), 'utf8')
if (/^(import|export .* from) /m.test(types)) throw new Error('the types of the library must stand by themselves')
for (const file of ['lib/index.d.ts', 'lib/index.d.cts']) writeFileSync(new URL(file, root), types)
