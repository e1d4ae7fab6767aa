'use strict'
// Starts and closes emulators in this process, and writes how long each start took, in milliseconds, the first one first.
const { setImmediate: tick } = require('node:timers/promises')

async function main(rest, count) {
  const { startEmulator } = await import('../lib/index.js')
  if (rest === 'tick') await tick()
  const times = []
  for (let n = 0; n < Number(count); n++) {
    const began = performance.now()
    const emulator = await startEmulator()
    times.push(performance.now() - began)
    await emulator.close()
  }
  console.log(JSON.stringify(times))
}

main(...process.argv.slice(2))
