import { type EmulatorLocation, emulatorUrl } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'
import { sandboxBaseUrl } from '../../sandbox/names.ts'

type EnvOptions = EmulatorLocation & Options<'adminKey' | 'sandbox' | 'format'>

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

// In a .env file, a value in double quotes may contain anything but these, which a backslash escapes.
const quoteDotenv = (text: string) => (/^[\w./:-]*$/.test(text) ? text : `"${text.replace(/["\\$`]/g, '\\$&')}"`)

const formats = {
  shell: (name: string, value: string) => `export ${name}=${quote(value)}`,
  dotenv: (name: string, value: string) => `${name}=${quoteDotenv(value)}`,
  github: (name: string, value: string) => `${name}=${value}`,
}

/** Prints the two variables that every official client reads. */
export function printEnv({ adminKey, sandbox, format, ...location }: EnvOptions): void {
  const variables = {
    OPENAI_BASE_URL: sandboxBaseUrl(emulatorUrl(location), sandbox),
    ...(adminKey === 'none' ? {} : { OPENAI_ADMIN_KEY: adminKey }),
  }
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`${formats[format](name, value)}\n`)
}
