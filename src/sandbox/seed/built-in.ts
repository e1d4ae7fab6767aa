/** Seeds that come with the program, by name. */
export const builtInSeeds = ['default', 'paging', 'lifecycle', 'sdk-conformance']
