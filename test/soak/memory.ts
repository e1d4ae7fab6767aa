import { residentMegabytes } from '../../bench/resources.ts'
import type { SoakOptions } from './options.ts'
import type { RequestCounter } from './request-counter.ts'

/** Samples the resident memory of a process, in megabytes. */
export function watchMemory(pid: number, counter: RequestCounter, { requests, mark }: SoakOptions) {
  const samples: { requestCount: number; megabytes: number }[] = []
  counter.onEvery(Math.ceil(mark / 100), () => {
    const megabytes = residentMegabytes(pid)
    if (megabytes !== undefined) samples.push({ requestCount: counter.count, megabytes })
  })

  // The median, so that a single garbage collection does not decide.
  function medianNear(requestCount: number): number | undefined {
    const nearby = samples
      .filter((sample) => Math.abs(sample.requestCount - requestCount) <= mark / 10)
      .map(({ megabytes }) => megabytes)
    return nearby.sort((a, b) => a - b)[Math.floor(nearby.length / 2)]
  }

  return {
    atMark: () => medianNear(mark),
    atEnd: () => medianNear(requests),
    latest: () => samples.at(-1)?.megabytes,
  }
}
