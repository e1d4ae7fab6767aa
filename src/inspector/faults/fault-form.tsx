import { controlPath } from '../api/client.ts'
import { readToken } from '../api/token.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { Detail } from '../common/detail.tsx'
import { Field, Select, type Texts, textsOf } from '../common/fields.tsx'
import { formatJson, TextBlock } from '../common/json.tsx'
import { operations, shortOperation } from '../common/operations.ts'
import { quote } from '../common/quote.ts'
import { findRequest } from '../state/journal.ts'
import { attempt } from '../state/notice.ts'
import { navigate, route } from '../state/route.ts'
import { controls, faultList } from '../state/sandbox.ts'
import { signal } from '../state/signal.ts'
import { draftLike, parseField, toFault } from './draft.ts'
import { fields, forms } from './forms.ts'

const choices = [
  ...operations.map(([id, title]) => [shortOperation(id), title] as const),
  ['*', 'every operation'] as const,
]

const phaseNames = {
  before: 'before the operation',
  after_commit: 'after the operation (the client does not learn of it)',
}

/** What was entered into the form, by the request that it began with. */
const entered = signal<{ like?: string | undefined; texts: Texts }>({ texts: {} })

/** The form of a new fault, with the JSON and the command that add the same. */
export function FaultForm({ like }: { like: string | undefined }) {
  const changes = entered.value.like === like ? entered.value.texts : {}
  const draft = { ...draftLike(findRequest(like), faultList.value ?? []), ...changes }
  const fault = toFault(draft)
  const { effect, fields: names, phases } = forms[fault.kind]
  async function add(): Promise<void> {
    if (!(await attempt(() => controls().faults.add(fault), 'Added the fault.'))) return
    entered.value = { texts: {} }
    navigate({ id: undefined, query: {} })
  }
  const text = (name: string, label: string, hint?: string) => (
    <Field key={name} name={name} label={label} value={draft[name]} hint={hint} />
  )
  const count = (name: string, label: string, hint: string, min: number) => (
    <Field name={name} label={label} type="number" min={min} value={draft[name]} hint={hint} />
  )
  return (
    <Detail label="New fault">
      <div class="sides">
        <form
          onInput={({ currentTarget }) => {
            entered.value = { like, texts: { ...changes, ...textsOf(currentTarget) } }
          }}
          onSubmit={(event) => {
            event.preventDefault()
            void add()
          }}
        >
          <Select label="Kind" name="kind" value={fault.kind} options={Object.keys(forms)} />
          <p class="hint">{effect}</p>
          <Select label="Operation" name="operation" value={fault.operation} options={choices} />
          {names.map((name) => (
            <Field
              key={name}
              {...fields[name]}
              name={name}
              value={draft[name]}
              mistake={draft[name] && parseField(name, draft[name]) === undefined ? fields[name].hint : ''}
            />
          ))}
          {phases && 'when' in fault && (
            <>
              <Select
                label="When"
                name="when"
                value={fault.when ?? ''}
                options={phases.map((phase) => [phase, phaseNames[phase]] as const)}
              />
              <div class="pair">
                {count('times', 'Times', 'Empty for no limit', 1)}
                {count('skip', 'Skip', 'Matching requests to let pass', 0)}
              </div>
            </>
          )}
          <details open={fault.match !== undefined}>
            <summary>Only some requests</summary>
            {text('key_id', 'Key id', 'The key that is retrieved, updated or deleted')}
            {text('project_id', 'Project id')}
            {text('calling_key_id', 'Calling key id')}
            <div class="pair">
              {text('header_name', 'Header name')}
              {text('header_value', 'Header value')}
            </div>
          </details>
          <div class="actions">
            {/* A new function is called after each rendering. */}
            <button type="submit" class="primary" ref={(button) => disableIfInvalid(button)}>
              Add
            </button>
          </div>
        </form>
        <Commands json={formatJson(fault)} compact={JSON.stringify(fault)} />
      </div>
    </Detail>
  )
}

function disableIfInvalid(button: HTMLButtonElement | null): void {
  if (button !== null) button.disabled = button.form?.checkValidity() === false
}

/** The JSON of a fault, and the command that adds it. */
function Commands({ json, compact }: { json: string; compact: string }) {
  const token = readToken() === null ? '' : ` \\\n  -H "Authorization: Bearer $EMULATOR_CONTROL_TOKEN"`
  const url = `${location.origin}${controlPath(route.value.sandbox)}/faults`
  const curl = `curl -g ${quote(url)}${token} \\\n  --json ${quote(compact)}`
  return (
    <div>
      <h3>
        JSON <CopyButton text={json} label="Copy JSON" />
      </h3>
      <TextBlock label="Fault as JSON" text={json} />
      <h3>
        curl <CopyButton text={curl} label="Copy curl" />
      </h3>
      <TextBlock label="Fault as curl" text={curl} />
    </div>
  )
}
