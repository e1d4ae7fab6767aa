import { toTerminalJson, toTerminalText } from '../common/safe-text.ts'

/** Prints a message on standard error; standard output is for results. */
export const printError = (message: string): void =>
  void process.stderr.write(`admin-keys-emulator: ${message.split('\n').map(toTerminalText).join('\n')}\n`)

/** Prints a line on standard output, with control characters escaped. */
export const printLine = (text: string): void => void process.stdout.write(`${toTerminalText(text)}\n`)

/** Whether to print results as JSON: as `--json` says, otherwise unless standard output is a terminal. */
export const printsJson = (json: boolean | undefined): boolean => json ?? !process.stdout.isTTY

/** Prints one line of JSON on standard output. */
export const printJson = (value: unknown): void => void process.stdout.write(`${toTerminalJson(value)}\n`)

/** Prints JSON for people on standard output. */
export const printIndentedJson = (value: unknown): void => void process.stdout.write(`${toTerminalJson(value, 2)}\n`)
