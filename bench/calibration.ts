import { type Operation, type OperationFigures, operationRatios, startBareServer } from './operations.ts'
import { calibrationServerSpec, startPinned } from './servers.ts'
import { measureLoad, warmUpRounds } from './wrk.ts'

// All keys in turn, so that the figures depend on the caches as those of a full emulator do.
const target = { path: '/keys', script: 'retrieve', args: ['10000'] }
const operation: Operation = {
  keys: 10_000,
  target: () => target,
  exampleRequest: () => ({ path: '/keys/key_bench_5000' }),
}

/** Starts a plain Fastify and SQLite server, whose ratios to bare tell how well the machine runs a server of this kind. */
export async function startCalibration() {
  const server = await startPinned(calibrationServerSpec())
  const bareServer = await startBareServer(server, operation)
  for (let round = 1; round <= warmUpRounds; round++) await measureLoad(server, target)
  await measureLoad(bareServer, target)
  const figures: OperationFigures = { server: [], bare: [] }
  return {
    /** Between the other measurements, so that the ratios tell about the whole time. */
    measureRound: async () => {
      figures.bare.push(await measureLoad(bareServer, target))
      figures.server.push(await measureLoad(server, target))
    },
    ratios: () => operationRatios('calibration', figures),
    stop: async () => {
      await Promise.all([server.stop(), bareServer.stop()])
    },
  }
}
