import { toTerminalText } from '../common/safe-text.ts'
import { createPaint } from '../common/terminal-text.ts'
import { defaultSandbox } from '../sandbox/names.ts'
import type { StartupMessage } from './startup-message.ts'

/** Returns the startup message for people, with the styles that `stream` shows. */
export function formatBanner(message: StartupMessage, stream: NodeJS.WriteStream): string {
  const paint = createPaint(stream)
  const rows = [
    ['URL', message.url],
    ['Base URL', `${message.base_url}   (OPENAI_BASE_URL)`],
    ['Admin key', `${message.admin_key ?? 'none'}   (OPENAI_ADMIN_KEY)`],
    ['Seed', `${message.seed.join(', ')}; sandbox '${defaultSandbox}' has ${countKeys(message.keys)}`],
    ['Data', message.data ?? 'in memory'],
    ['Inspector', message.inspector],
    ['Docs', message.docs],
  ] as const
  const lines = rows.map(([label, value]) => `  ${paint('dim', label.padEnd(9))}  ${toTerminalText(value)}`)
  return `${paint('bold', 'admin-keys-emulator')} ${message.version}\n\n${lines.join('\n')}\n\n`
}

const countKeys = (count: number) => (count === 1 ? '1 key' : `${count.toLocaleString('en-US')} keys`)
