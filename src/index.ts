// What the build makes one file of: the command, for bin/admin-keys-emulator.cjs, and the library.
export { main } from './main.ts'
