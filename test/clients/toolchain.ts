import { run } from './command.ts'

/** Commands that succeed if a suite can run. */
export type Toolchain = [string, ...string[]][]

/** Returns the command of the toolchain that is missing or too old. */
export async function findMissingTool(toolchain: Toolchain): Promise<string | undefined> {
  for (const [file, ...args] of toolchain) {
    const code = await run(file, args).then(
      (result) => result.code,
      () => null,
    )
    if (code !== 0) return [file, ...args].join(' ')
  }
  return undefined
}
