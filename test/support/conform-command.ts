import { connect } from '../../src/library/connect.ts'
import { adminKey } from './app.ts'
import { runProgram, serve } from './program.ts'

/** An emulator, what is done to it, and how the command is told of it. */
export async function served(args: string[] = []) {
  const { url } = await serve(args)
  const emulator = await connect({ url })
  const names = async () => (await emulator.state.get()).keys?.filter(({ deleted }) => !deleted).map(({ name }) => name)
  const env = { EMULATOR_BASE_URL: `${url}/v1`, EMULATOR_ADMIN_KEY: adminKey }
  return { url, emulator, names, env }
}

/** Runs the command to its end. */
export const conform = (args: string[], env: Record<string, string>) => runProgram(['conform', ...args], env)
