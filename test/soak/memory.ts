import { residentMegabytes } from '../../bench/resources.ts'
import type { Options } from './options.ts'
import type { Tally } from './tally.ts'

/** Follows the resident memory of a process, in megabytes. */
export function watchMemory(pid: number, tally: Tally, { requests, mark }: Options) {
  const samples: { at: number; size: number }[] = []
  tally.every(Math.ceil(mark / 100), () => {
    const size = residentMegabytes(pid)
    if (size !== undefined) samples.push({ at: tally.count, size })
  })

  // A garbage collection more or less must not decide.
  function around(at: number): number | undefined {
    const near = samples.filter((sample) => Math.abs(sample.at - at) <= mark / 10).map(({ size }) => size)
    return near.sort((a, b) => a - b)[Math.floor(near.length / 2)]
  }

  return {
    /** The median of what it was thereabouts. */
    atMark: () => around(mark),
    atEnd: () => around(requests),
    now: () => samples.at(-1)?.size,
  }
}
