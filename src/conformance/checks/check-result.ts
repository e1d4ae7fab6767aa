/** One thing that was looked at. Where both texts are the same, it was as expected. */
export interface Fact {
  expected: string
  /** Made of statuses, shapes and codes: never the text of a value, a name, an id or a sentence. */
  seen: string
}

/** As expected, or `otherwise`, which is made another text where it is none. */
export function fact(isSo: boolean, expected: string, otherwise: string): Fact {
  if (isSo) return { expected, seen: expected }
  return { expected, seen: otherwise === expected ? `${otherwise}, not quite` : otherwise }
}

export const isSame = ({ expected, seen }: Fact): boolean => expected === seen

/** Thrown where a probe cannot go on: something was not as it must be. */
export class Unlike extends Error {
  readonly fact: Fact

  constructor(fact: Fact) {
    super(`expected ${fact.expected}, seen ${fact.seen}`)
    this.fact = fact
  }
}

/** Thrown where a probe can say nothing of this server, with the reason. */
export class Unsuitable extends Error {}
