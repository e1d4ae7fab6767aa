import { type Armed, relativeTo } from '../armed.ts'
import { type Controls, keysAtFirst } from '../controls.ts'
import { type Empty, emptySandboxes } from '../empty.ts'
import { callsInEach, type LibraryStarts } from '../library.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { connections, type Load, seconds, warmUps } from '../wrk.ts'
import { goal, type Section, spread } from './section.ts'
import { show, table } from './table.ts'

export interface ControlFigures {
  controls: Controls[]
  library: LibraryStarts
  empty: Empty[]
  armed: Armed
}

/** What a tester does to an emulator, and what it costs that it can be done. */
export function controlsSection({ controls, library, empty, armed }: ControlFigures): Section {
  const inMemory = controls.find(({ storage }) => storage === 'memory')
  const goals = [
    ...controls.map(({ storage, reset }) => goal(`reset in ${storage}, ms,`, median(reset), '≤', 5)),
    goal('fork in memory, ms,', inMemory && median(inMemory.fork), '≤', 2),
    goal('startEmulator(), a later call, ms,', median(library.later), '≤', 30),
    goal('startEmulator(), the first call a tick after the import, ms,', median(library.afterTick), '≤', 30),
    goal(`resident for ${show(emptySandboxes)} sandboxes over one, MB,`, medianOf(empty.map(megabytesMore)), '≤', 300),
    goal('retrieve armed, throughput of bare,', medianOf(relativeTo(armed.bare, armed.armed)), '≥', 0.45),
  ]
  return {
    title: 'Controls',
    text: [
      resetText(controls),
      libraryText(library),
      emptyText(empty),
      armedText(armed),
      goals.map(({ line }) => line).join('\n'),
    ].join('\n\n'),
    worse: goals.flatMap(({ worse }) => worse),
  }
}

function resetText(controls: readonly Controls[]): string {
  const rows = controls.flatMap((each) =>
    (['retrieve', 'reset', 'fork'] as const).map((name) => [
      `${name} in ${each.storage}`,
      show(median(each[name]), 2),
      spread(each[name], 2),
      show(medianOf(ratios(each[name], each.retrieve)), 1),
    ]),
  )
  return [
    `A sandbox that began with ${show(keysAtFirst)} keys, was used a little, and is reset; and a fork of it, over one connection that`,
    `is kept, as the client sees it; ${controls[0]?.reset.length} rounds, the storages in turn. A retrieve shows what asking costs at all.\n`,
    table(['', 'ms', 'lowest–highest', '× retrieve'], rows),
  ].join('\n')
}

function libraryText(library: LibraryStarts): string {
  const rows = [
    ['first, at once after the import', library.atOnce],
    ['first, a tick after the import', library.afterTick],
    ['later', library.later],
  ] as const
  return [
    `\`startEmulator()\` in a process that has imported the library: ${library.atOnce.length + library.afterTick.length} processes of ${callsInEach} calls, each after the one`,
    'before was closed. The first of a process loads SQLite, and runs code that no call has run before it.\n',
    table(
      ['call', 'ms', 'lowest–highest'],
      rows.map(([name, times]) => [name, show(median(times), 1), spread(times, 1)]),
    ),
  ].join('\n')
}

function emptyText(empty: readonly Empty[]): string {
  const [one, all] = [empty.map((each) => each.megabytesOfOne), empty.map((each) => each.megabytes)]
  return [
    `${show(emptySandboxes)} sandboxes of the default seed, in ${empty.length} processes. Birth is the first answer of a sandbox less its second.\n`,
    table(
      ['resident, MB, of one', 'of all', 'KB a further one', 'birth, ms', 'lowest–highest'],
      [
        [
          show(medianOf(one)),
          show(medianOf(all)),
          show(kilobytesEach(empty)),
          show(median(empty.map(({ birth }) => birth)), 2),
          spread(
            empty.map(({ birth }) => birth),
            2,
          ),
        ],
      ],
    ),
  ].join('\n')
}

function armedText({ bare, armed, unwatched }: Armed): string {
  const rows = [
    ['bare', bare],
    ['journal on, a fault armed for delete', armed],
    ['`--journal 0`, no fault', unwatched],
  ] as const
  return [
    `Retrieve, one key of 100, wrk with ${connections} connections, ${bare.length} rounds of ${seconds} s in turn, after ${warmUps} that do not count.\n`,
    table(
      ['', 'req/s', '/ bare', 'lowest–highest', 'CPU µs', '/ bare'],
      rows.map(([name, loads]) => [
        name,
        show(median(loads.map(({ perSecond }) => perSecond))),
        show(medianOf(relativeTo(bare, loads)), 2),
        spread(relativeTo(bare, loads), 2),
        show(medianOf(loads.map(processorOf)), 1),
        show(medianOf(ratios(loads.map(processorOf), bare.map(processorOf))), 2),
      ]),
    ),
  ].join('\n')
}

export const megabytesMore = ({ megabytes, megabytesOfOne }: Empty): number | undefined =>
  megabytes === undefined || megabytesOfOne === undefined ? undefined : megabytes - megabytesOfOne

function kilobytesEach(empty: readonly Empty[]): number | undefined {
  const more = medianOf(empty.map(megabytesMore))
  return more && (more * 1024) / (emptySandboxes - 1)
}

const processorOf = ({ processor }: Load) => processor
