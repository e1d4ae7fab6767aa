import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMegabytes } from '../../bench/resources.ts'
import type { RequestCounter } from './request-counter.ts'

/** In megabytes. */
export interface MemorySample {
  resident: number
  /** What is reachable, after a garbage collection. */
  heap: number
}

const samplesPerRun = 600

/** Samples the memory of a process in each window of requests. `heapFile` is where `report-heap.ts` writes. */
export function watchMemory(pid: number, counter: RequestCounter, heapFile: string) {
  const samples: { index: number; megabytes: number }[] = []
  counter.onEvery(Math.ceil(counter.target / samplesPerRun), () => {
    const megabytes = residentMegabytes(pid)
    if (megabytes !== undefined) samples.push({ index: counter.window.index, megabytes })
  })

  // The median, so that a single garbage collection does not decide.
  function medianIn(index: number): number {
    const sizes = samples.filter((sample) => sample.index === index).map(({ megabytes }) => megabytes)
    return sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? Number.NaN
  }

  async function readHeap(): Promise<number> {
    rmSync(heapFile, { force: true })
    process.kill(pid, 'SIGUSR2')
    while (!existsSync(heapFile)) await sleep(5)
    return Number(readFileSync(heapFile, 'utf8')) / 1024 / 1024
  }

  return {
    /** Resolves to the memory in a window that has just ended. */
    sampleAfter: async (index: number): Promise<MemorySample> => ({
      resident: medianIn(index),
      heap: await readHeap(),
    }),
    largest: () => Math.max(...samples.map(({ megabytes }) => megabytes)),
    latest: () => samples.at(-1)?.megabytes,
  }
}
