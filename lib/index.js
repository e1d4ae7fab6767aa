import library from './index.cjs'

export const { startEmulator, connect, EmulatorError } = library
