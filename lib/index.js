import library from './index.cjs'

export const { startEmulator } = library
