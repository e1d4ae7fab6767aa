/** What each id in a URL names, in the words of the API's errors; the most specific first. */
export const nouns = {
  key_id: 'admin API key',
  api_key_id: 'project API key',
  service_account_id: 'service account',
  project_id: 'project',
} as const

/** Returns what an operation cannot find, given the parameters of its URL; undefined if it has no id in its URL. */
export function subjectOf(params: Readonly<Record<string, string>>): { noun: string; id: string } | undefined {
  for (const [name, noun] of Object.entries(nouns)) {
    const id = params[name]
    if (id !== undefined) return { noun, id }
  }
  return undefined
}
