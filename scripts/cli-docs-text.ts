import type { OptionName } from '../src/config/options.ts'

/** The parts of docs/cli-and-configuration.md that no declaration says. */
export const introduction = `
# Command line and configuration

<!-- Generated from src/config/option-specs.ts and the commands: edit those or scripts/cli-docs-text.ts, then \`npm run openapi\`. -->

In a project that has the package, run \`npx admin-keys-emulator COMMAND OPTIONS\`. In a clone, run
\`npm start -s -- COMMAND OPTIONS\`; relative paths start at the checkout. In \`docker run\`, add command and options after
the image name. Without a command, \`start\` runs. \`admin-keys-emulator COMMAND --help\` describes a command.
`

export const outputAndExitCodes = `
All of them but \`start\`, \`env\` and \`conform\` need a running emulator. Those that concern a sandbox create it from the
seed if it does not exist, and print a notice.

## Output and exit codes

Results are on standard output, messages on standard error. On a terminal, results are text and tables; elsewhere, such as in
a pipe or in CI, they are the response of the [control](control-api.md) as one line of JSON, and \`journal follow\` prints one
line for each request. \`--json\` prints JSON on a terminal, too, and \`EMULATOR_JSON=false\` prints text everywhere. Where
\`journal verify\` fails, the reason is on standard error as well. \`env\` and \`conform\` print the same everywhere.

Colors appear only on a terminal; \`NO_COLOR=1\` turns them off. Characters that could control the terminal are printed as
escapes.

| exit code | meaning |
|---|---|
| 0 | Success. \`start\` and \`journal follow\` also exit with 0 after SIGTERM and SIGINT (Ctrl-C). |
| 1 | The emulator cannot be reached or refuses the request (not found, already exists, wrong token), the port is in use, a check has failed (\`wait\`, \`healthcheck\`, \`conform\`, \`journal verify\`), or \`journal follow\` has lost the connection. |
| 2 | A command, option, argument, seed or data folder is invalid. |
| 130, 143 | SIGINT or SIGTERM ended the command; \`conform\` first deletes the keys that it has created. |
`

export const optionIntroduction = `
Each option has one environment variable. A flag overrides the variable, which overrides the default. An empty variable is
ignored. An option that is repeatable as a flag takes a comma-separated list in its variable. Durations have a unit: \`ms\`,
\`s\`, \`m\`, \`h\` or \`d\`. The flags that only one command has, which are listed with it below, have no variable.
`

/** What the help has no room for. */
export const optionNotes: Partial<Record<OptionName, string>> = {
  port: 'The `tcp://…` that Kubernetes sets in `EMULATOR_PORT` for a service called `emulator` is ignored. The startup message shows the port that was chosen for 0.',
  adminKey:
    'Printed at the start only if it is the default. The start warns if it does not begin with `sk-admin-`, because some clients refuse such a key.',
  data: 'They survive restarts and kills. One process per folder, one subfolder per sandbox, named in hexadecimal; seeds apply only to new sandboxes.',
  maxSandboxes: 'The next one is rejected with 503.',
  sandboxTtl: 'Never removes `default`.',
  allowHost:
    'Applies to controls, documents and pages. Addresses, names without a dot and names under `.localhost`, `.local`, `.internal` and `.svc` are always allowed. Pages of these hosts may use the controls.',
  journal: 'It keeps fewer if they take more than 8 MB, or all journals together more than 256 MB.',
  logLevel: 'At `info`, each request is one line.',
  baseUrl: 'Includes `/v1`; http or https.',
  write: 'One of them gets another name.',
}

/** What the descriptions of commands have no room for. */
export const commandNotes: Readonly<Record<string, string>> = {
  start:
    'After the first signal, requests in flight get up to 5 s to complete. A second signal does not wait for them.',
  wait: 'Requests `/ready`, which returns 200 once the seed is loaded, until it does or `--timeout` has passed.',
  healthcheck:
    'Requests `/health`, which returns 200 while the process is alive. In a container it requests the port that the server was started with, by `--port` or `EMULATOR_PORT`.',
  env: 'In a shell, `eval "$(admin-keys-emulator env)"` sets them. In GitHub Actions, append the output of `env --format github` to `$GITHUB_ENV`.',
  state: 'Like `reset`, it reports on standard error what it did.',
  conform: '[conformance.md](conformance.md) describes the report.',
  clock:
    'Prints the time of the sandbox, and whether the clock is frozen. A clock that is set runs on from that time, unless it is frozen.',
  behavior: '[fidelity.md](fidelity.md) describes the switches.',
  faults:
    'A fault is given as flags, which are the fields of the control, or as one JSON object: an argument, `@FILE`, or `-` for standard input. Lists and objects are JSON; headers can also be lines such as `retry-after: 1`, and the flag repeated. [control-api.md](control-api.md) describes the kinds.',
  journal:
    'The flags are the fields of the control. `journal verify` also takes them as one JSON object: an argument, `@FILE`, or `-` for standard input. Its `--json` with a value is the field `json`, and without one prints JSON. `journal follow` prints a request when it is complete. It ends when the sandbox is removed or the emulator stops; if the connection is lost, requests may be missing, and it exits with 1.',
}
