/** Where the page of the inspector is. */
export const inspectorPath = '/_emulator/ui/'
