/** Returns the text of the `n`-th generated object of an entry; unchanged for an entry that is one object. */
export const expandIndex = (text: string, { generate }: { generate?: number }, n: number): string =>
  generate === undefined ? text : text.replaceAll('{n}', String(n))
