'use strict'
// Starts and closes emulators in this process and prints the milliseconds each start took.
// usage: node library.cjs none|tick COUNT [LINGER]; `tick` waits for one event-loop turn after the import. The process ends LINGER
// milliseconds after the last start.
const { setImmediate: tick, setTimeout: sleep } = require('node:timers/promises')

async function main(delay, count, linger = '0') {
  const { startEmulator } = await import('../lib/index.js')
  if (delay === 'tick') await tick()
  const times = []
  for (let n = 0; n < Number(count); n++) {
    const startedAt = performance.now()
    const emulator = await startEmulator()
    times.push(performance.now() - startedAt)
    await emulator.close()
  }
  await sleep(Number(linger))
  console.log(JSON.stringify(times))
}

main(...process.argv.slice(2))
