// What the build makes one file of: the command, for bin/admin-keys-emulator.cjs, and the library, for lib/index.js.
export { EmulatorError } from './emulator-error.ts'
export { main } from './main.ts'
export const loadLibrary = () => import('./library/index.ts')
