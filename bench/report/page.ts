import { describeMachine } from '../machine.ts'
import type { Section } from './section.ts'

/** All of bench/results.md. */
export function page(sections: readonly Section[], { began, minutes }: { began: Date; minutes: number }): string {
  const worse = sections.flatMap((section) => section.worse)
  return [
    '# What the bench measured',
    '',
    'Written by `npm run bench`, which measures it all anew; nothing here is written by hand.',
    '',
    `- ${began.toISOString().slice(0, 10)}, in ${minutes.toFixed(1)} minutes, all on loopback`,
    ...describeMachine().map((line) => `- ${line}`),
    '- goals are those set for this version; figures without one are shown all the same',
    '',
    '## Where ours is worse than a peer, or than its goal',
    '',
    ...(worse.length === 0 ? ['Nowhere in this run.'] : worse.map((line) => `- ${line}`)),
    ...sections.flatMap(({ title, text }) => ['', `## ${title}`, '', text]),
    '',
  ].join('\n')
}
