import type { SuiteResult } from '../suites.ts'
import type { Toolchain } from '../toolchain.ts'

/** The test suite that an official client has in its own source. */
export interface OfficialSuite {
  language: 'node' | 'python' | 'go'
  toolchain: Toolchain
  /** Fetches the source of the pinned version and what its tests need. Returns the folder; throws if it fails. */
  fetch: () => Promise<string>
  /** Returns the files with tests of `admin.organization` and `models`, by their paths in the source. */
  files: (source: string) => string[]
  /** Returns the resource that a file is about, in the client's spelling. */
  resourceIn: (file: string) => string
  /** Runs some files against the emulator at `TEST_API_BASE_URL` in `env`. */
  run: (source: string, files: string[], env: Record<string, string>) => Promise<SuiteResult>
}
