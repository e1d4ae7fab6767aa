import { type ArmedFigures, throughputRatiosTo } from '../armed.ts'
import { type ControlTimings, initialKeys, timedOperations } from '../controls.ts'
import { type EmptySandboxFigures, emptySandboxCount } from '../empty.ts'
import { callsPerProcess, type LibraryStarts } from '../library.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { connections, durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { checkGoal, formatRange, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

export interface ControlFigures {
  controls: ControlTimings[]
  library: LibraryStarts
  empty: EmptySandboxFigures[]
  armed: ArmedFigures
}

/** Renders the cost of controls: reset, fork, library start, empty sandboxes, armed faults. */
export function controlsSection({ controls, library, empty, armed }: ControlFigures): Section {
  const inMemory = controls.find(({ storage }) => storage === 'memory')
  const checkedGoals = [
    ...controls.map(({ storage, reset }) => checkGoal(`reset in ${storage}, ms,`, median(reset), '≤', 5, 'controls')),
    checkGoal('fork in memory, ms,', inMemory && median(inMemory.fork), '≤', 2, 'controls'),
    checkGoal(
      `further sandbox of ${formatNumber(initialKeys)} seeded keys in memory, ms,`,
      inMemory && median(inMemory.sandbox),
      '≤',
      2,
      'many-sandboxes',
    ),
    checkGoal('later call of startEmulator(), ms,', median(library.later), '≤', 30, 'startup'),
    checkGoal(
      'first call of startEmulator() one tick after the import, ms,',
      median(library.afterTick),
      '≤',
      30,
      'startup',
    ),
    checkGoal(
      `each of ${formatNumber(emptySandboxCount)} sandboxes with the default seed, KB,`,
      kilobytesEach(empty),
      '≤',
      200,
      'many-sandboxes',
    ),
    checkGoal(
      'retrieve with an armed fault, throughput relative to bare,',
      medianOf(throughputRatiosTo(armed.bare, armed.armed)),
      '≥',
      0.45,
      'requests',
    ),
  ]
  return {
    title: 'Controls',
    text: [
      resetText(controls),
      libraryText(library),
      emptyText(empty),
      armedText(armed),
      checkedGoals.map(({ line }) => line).join('\n'),
    ].join('\n\n'),
    shortfalls: checkedGoals.flatMap(({ shortfalls }) => shortfalls),
    summary: [
      ...controls.map((each) => ({
        what: `reset of ${formatNumber(initialKeys)} keys in ${each.storage}`,
        figure: `${formatNumber(median(each.reset), 1)} ms`,
        compared: `${formatNumber(medianOf(ratios(each.reset, each.retrieve)), 0)} × a retrieve`,
      })),
      {
        what: 'a new sandbox, on its first request',
        figure: `${formatNumber(median(empty.map(({ creationMilliseconds }) => creationMilliseconds)), 1)} ms, ${formatNumber(kilobytesEach(empty))} KB`,
        compared: '',
      },
      {
        what: '`startEmulator()` in a test',
        figure: `${formatNumber(median(library.later), 1)} ms`,
        compared: `the first of a process: ${formatNumber(median(library.immediate), 0)} ms`,
      },
    ],
  }
}

const timingNames = { retrieve: 'retrieve', reset: 'reset', fork: 'fork', sandbox: 'new sandbox' }

function resetText(controls: readonly ControlTimings[]): string {
  const rows = controls.flatMap((each) =>
    timedOperations.map((name) => [
      `${timingNames[name]} in ${each.storage}`,
      formatNumber(median(each[name]), 2),
      formatRange(each[name], 2),
      formatNumber(medianOf(ratios(each[name], each.retrieve)), 1),
    ]),
  )
  return [
    `Reset of a sandbox that started with ${formatNumber(initialKeys)} keys and had a few changes, a fork of it, and a new sandbox`,
    `of the same seed, as the client sees them on one keep-alive connection; ${controls[0]?.reset.length} rounds, both storages in turn. Retrieve shows the cost of any request.\n`,
    renderTable(['', 'ms', 'range', '× retrieve'], rows),
  ].join('\n')
}

function libraryText(library: LibraryStarts): string {
  const rows = [
    ['first, right after the import', library.immediate],
    ['first, one tick after the import', library.afterTick],
    ['later', library.later],
  ] as const
  return [
    `\`startEmulator()\` in a process that has imported the library: ${library.immediate.length + library.afterTick.length} processes with ${callsPerProcess} calls each,`,
    'one after another. The first call in a process loads SQLite and runs code that is not yet compiled.\n',
    renderTable(
      ['call', 'ms', 'range'],
      rows.map(([name, times]) => [name, formatNumber(median(times), 1), formatRange(times, 1)]),
    ),
  ].join('\n')
}

function emptyText(empty: readonly EmptySandboxFigures[]): string {
  const [one, all] = [empty.map((each) => each.megabytesWithOne), empty.map((each) => each.megabytes)]
  return [
    `${formatNumber(emptySandboxCount)} sandboxes with the default seed, in ${empty.length} processes. Creation time is the first response time of a sandbox minus its second.\n`,
    renderTable(
      ['one sandbox, MB', 'all, MB', 'KB per sandbox', 'creation, ms', 'range'],
      [
        [
          formatNumber(medianOf(one)),
          formatNumber(medianOf(all)),
          formatNumber(kilobytesEach(empty)),
          formatNumber(median(empty.map(({ creationMilliseconds }) => creationMilliseconds)), 2),
          formatRange(
            empty.map(({ creationMilliseconds }) => creationMilliseconds),
            2,
          ),
        ],
      ],
    ),
  ].join('\n')
}

function armedText({ bare, armed, withoutJournal }: ArmedFigures): string {
  const rows = [
    ['bare', bare],
    ['journal on, fault armed for delete', armed],
    ['`--journal 0`, no fault', withoutJournal],
  ] as const
  return [
    `Retrieve, one key of 100, wrk with ${connections} connections, ${bare.length} rounds of ${durationSeconds} s in turn after ${warmUpRounds} warm-up rounds.\n`,
    renderTable(
      ['', 'req/s', '/ bare', 'range', 'CPU µs', '/ bare'],
      rows.map(([name, loads]) => [
        name,
        formatNumber(median(loads.map(({ requestsPerSecond }) => requestsPerSecond))),
        formatNumber(medianOf(throughputRatiosTo(bare, loads)), 2),
        formatRange(throughputRatiosTo(bare, loads), 2),
        formatNumber(medianOf(loads.map(cpuOf)), 1),
        formatNumber(medianOf(ratios(loads.map(cpuOf), bare.map(cpuOf))), 2),
      ]),
    ),
  ].join('\n')
}

export const megabytesMore = ({ megabytes, megabytesWithOne }: EmptySandboxFigures): number | undefined =>
  megabytes === undefined || megabytesWithOne === undefined ? undefined : megabytes - megabytesWithOne

function kilobytesEach(empty: readonly EmptySandboxFigures[]): number | undefined {
  const more = medianOf(empty.map(megabytesMore))
  return more && (more * 1024) / (emptySandboxCount - 1)
}

const cpuOf = ({ cpuMicroseconds }: LoadResult) => cpuMicroseconds
