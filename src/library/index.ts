export { type Emulator, type EmulatorOptions, type Sandbox, startEmulator } from './start-emulator.ts'
