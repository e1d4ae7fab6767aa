/** Prints a message on standard error; standard output is for results. */
export const printError = (message: string): void => void process.stderr.write(`admin-keys-emulator: ${message}\n`)
