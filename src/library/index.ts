export { type BodyMistake, EmulatorError } from '../control-client/emulator-error.ts'
export { connect } from './connect.ts'
export { startEmulator } from './start-emulator.ts'
export type * from './types.ts'
