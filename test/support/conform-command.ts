import { connect } from '../../src/library/connect.ts'
import { adminKey } from './app.ts'
import { runProgram, serve } from './program.ts'

/** Starts an emulator. Returns a connection to it, and the environment that points the `conform` command at it. */
export async function startEmulator(args: string[] = []) {
  const { url } = await serve(args)
  const emulator = await connect({ url })
  const keyNames = async () =>
    (await emulator.state.get()).keys?.filter(({ deleted }) => !deleted).map(({ name }) => name)
  const projectNames = async () =>
    (await emulator.state.get()).projects?.filter(({ archived_at }) => archived_at === null).map(({ name }) => name)
  const env = { EMULATOR_BASE_URL: `${url}/v1`, EMULATOR_ADMIN_KEY: adminKey }
  return { url, emulator, keyNames, projectNames, env }
}

/** Runs the `conform` command until it exits. */
export const runConform = (args: string[], env: Record<string, string>) => runProgram(['conform', ...args], env)
