/** The names of the seeds that come with the program. */
export const builtInSeeds = ['default', 'paging', 'lifecycle', 'sdk-conformance']
