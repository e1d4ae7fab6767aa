// What the build makes one file of: the library, and the command for bin/admin-keys-emulator.cjs.
export * from './library/index.ts'
export { main } from './main.ts'
