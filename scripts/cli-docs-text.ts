import type { OptionName } from '../src/config/options.ts'

/** The parts of docs/cli-and-configuration.md that are not generated from declarations. */
export const introduction = `
# Command line and configuration

<!-- Generated from src/config/option-specs.ts and the commands: edit those or scripts/cli-docs-text.ts, then \`npm run openapi\`. -->

In a project that has the package, run \`npx admin-keys-emulator COMMAND OPTIONS\`. In a clone, run
\`npm start -s -- COMMAND OPTIONS\`; relative paths start at the checkout. In \`docker run\`, add command and options after
the image name. Without a command, \`start\` runs. \`admin-keys-emulator COMMAND --help\` describes a command.
`

export const outputAndExitCodes = `
All commands except \`start\`, \`env\` and \`conform\` need a running emulator. A command for a sandbox that does not exist creates it
from the seed, and prints a notice.

## Output and exit codes

Results go to standard output, messages to standard error. On a terminal, results are text and tables. Elsewhere, such as in a pipe or
in CI, a result is the response of the [control](control-api.md) as one line of JSON, and \`journal follow\` prints one line for each
request. \`--json\` prints JSON on a terminal, too, and \`EMULATOR_JSON=false\` prints text everywhere. If \`journal verify\` fails, the
reason is also on standard error. \`env\` and \`conform\` print the same everywhere.

Colors appear only on a terminal; \`NO_COLOR=1\` turns them off. Control characters are printed as escapes.

| exit code | meaning |
|---|---|
| 0 | Success. \`start\` and \`journal follow\` also exit with 0 after SIGTERM and SIGINT (Ctrl-C). |
| 1 | The emulator cannot be reached or refuses the request (not found, already exists, wrong token), the port is in use, a check failed (\`wait\`, \`healthcheck\`, \`conform\`, \`journal verify\`), or \`journal follow\` lost the connection. |
| 2 | A command, option, argument, seed or data folder is invalid. |
| 130, 143 | SIGINT or SIGTERM ended the command; \`conform\` first deletes the keys and archives the project that it created. |
`

export const optionIntroduction = `
Each option has one environment variable. A flag overrides the variable, which overrides the default. An empty variable is
ignored. The variable of a repeatable option takes a comma-separated list. Durations have a unit: \`ms\`, \`s\`, \`m\`, \`h\` or
\`d\`. The flags in the sections below have no variable.
`

/** Details for which the help has no space. */
export const optionNotes: Partial<Record<OptionName, string>> = {
  port: 'The `tcp://…` that Kubernetes sets in `EMULATOR_PORT` for a service called `emulator` is ignored. The startup message shows the port that was chosen for 0.',
  adminKey:
    'The startup message shows it only if it is the default. If it does not begin with `sk-admin-`, the log has a warning, because some clients refuse it.',
  data: 'They survive restarts and kills; seeds apply only to new sandboxes. Each folder is for one process, and has one subfolder per sandbox, named in hexadecimal. See [stored data](sandboxes.md#stored-data).',
  maxSandboxes: 'Requests that would create another get 503.',
  sandboxTtl: 'Never removes `default`.',
  allowHost:
    'Applies to controls, documents and pages. Addresses, names without a dot and names under `.localhost`, `.local`, `.internal` and `.svc` are always allowed. Web pages of these hosts may use the controls.',
  journal: 'It keeps fewer if they exceed 8 MB, or if all journals together exceed 256 MB.',
  logLevel: 'At `info`, the log has one line for each request.',
  baseUrl: 'Includes the path `/v1`; http or https.',
  write: 'One key has an empty name instead.',
}

/** Details for which the descriptions of commands have no space. */
export const commandNotes: Readonly<Record<string, string>> = {
  start:
    'After the first signal, requests in flight get up to 5 s to complete. A second signal does not wait for them.',
  wait: 'Requests `/ready` until it returns 200, which it does once the seed is loaded, or until `--timeout` has passed.',
  healthcheck:
    'Requests `/health`, which returns 200 while the process is alive. In a container, it uses the port that the server was started with, by `--port` or `EMULATOR_PORT`.',
  env: 'In a shell, set them with `eval "$(admin-keys-emulator env)"`. In GitHub Actions, append the output of `env --format github` to `$GITHUB_ENV`.',
  state: 'With `--load` or `--add`, it reports on standard error what it did.',
  conform: '[conformance.md](conformance.md) describes the report.',
  clock:
    'Each command prints the time of the sandbox, and whether the clock is frozen. After `set`, the clock continues from that time, unless it is frozen. See [clock.md](clock.md).',
  behavior: '[fidelity.md](fidelity.md) describes the switches.',
  faults:
    'Describe a fault with flags, or as one JSON object: an argument, `@FILE`, or `-` for standard input. In flags, lists and objects are JSON; a header can also be a line such as `retry-after: 1`, and the flag can be repeated. [faults.md](faults.md) describes the fields.',
  journal:
    '[journal.md](journal.md) describes the filters and fields. `journal verify` also takes one JSON object instead of flags: an argument, `@FILE`, or `-` for standard input. Its `--json` with a value is the field `json`; without a value, it prints JSON. `journal follow` ends when the sandbox is removed or the emulator stops. If the connection is lost, requests may be missing, and it exits with 1.',
}
