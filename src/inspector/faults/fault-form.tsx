import { useState } from 'preact/hooks'
import { controlPath } from '../api/client.ts'
import { readToken } from '../api/token.ts'
import type { FaultBody } from '../api/types.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { Detail } from '../common/detail.tsx'
import { Field, Select } from '../common/fields.tsx'
import { formatJson, TextBlock } from '../common/json.tsx'
import { quote } from '../common/quote.ts'
import { attempt } from '../state/notice.ts'
import { navigate, sandboxName } from '../state/route.ts'
import { controls, faultList } from '../state/sandbox.ts'
import { type Draft, toFault } from './draft.ts'
import { type FaultKind, type FieldName, forms, kinds } from './forms.ts'

const labels: Record<FieldName, string> = {
  status: 'Status',
  message: 'Message',
  type: 'Type',
  code: 'Code',
  param: 'Param',
  headers: 'Headers',
  requests: 'Requests',
  per: 'Per',
  ms: 'Delay',
  patch: 'Patch',
}

const operations = [
  ['list', 'admin-api-keys-list'],
  ['create', 'admin-api-keys-create'],
  ['get', 'admin-api-keys-get'],
  ['delete', 'admin-api-keys-delete'],
  ['*', '* (every operation)'],
] as const

const phaseNames = {
  before: 'before the operation',
  after_commit: 'after the operation (the client does not learn of it)',
} as const

/** The form of a new fault, with the JSON and the command that add the same. */
export function FaultForm({ initial }: { initial: Draft }) {
  const [draft, setDraft] = useState(initial)
  const { fault, mistakes } = toFault(draft)
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes })
  const { effect, fields, phases } = forms[draft.kind]
  const field = (name: Exclude<keyof Draft, 'kind' | 'when'>, label: string, hint?: string) => (
    <Field
      key={name}
      label={label}
      value={draft[name]}
      onInput={(value) => set({ [name]: value })}
      hint={mistakes[name as FieldName] ?? hint ?? ''}
      isInvalid={name in mistakes}
      isLong={name === 'headers' || name === 'patch'}
    />
  )
  return (
    <Detail label="New fault" title="New fault">
      <div class="sides">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void add(fault)
          }}
        >
          <Select
            label="Kind"
            value={draft.kind}
            options={kinds}
            onChange={(kind) => set({ kind: kind as FaultKind })}
          />
          <p class="hint">{effect}</p>
          <Select
            label="Operation"
            value={draft.operation}
            options={operations}
            onChange={(operation) => set({ operation })}
          />
          {fields.map((name) => field(name, labels[name]))}
          {phases.length > 0 && (
            <>
              <Select
                label="When"
                value={fault.kind === 'rate_limit' ? '' : (fault.when ?? 'before')}
                options={phases.map((phase) => [phase, phaseNames[phase]] as const)}
                onChange={(when) => set({ when: when as Draft['when'] })}
              />
              <div class="pair">
                {field('times', 'Times', 'Empty for no limit')}
                {field('skip', 'Skip', 'Matching requests to let pass')}
              </div>
            </>
          )}
          <details open={draft.key_id !== '' || draft.calling_key_id !== ''}>
            <summary>Only some requests</summary>
            {field('key_id', 'Key id', 'The key that is retrieved or deleted')}
            {field('calling_key_id', 'Calling key id')}
            <div class="pair">
              {field('header_name', 'Header name')}
              {field('header_value', 'Header value')}
            </div>
          </details>
          <div class="actions">
            <button type="submit" class="primary" disabled={Object.keys(mistakes).length > 0}>
              Add
            </button>
          </div>
        </form>
        <Commands fault={fault} />
      </div>
    </Detail>
  )
}

async function add(fault: FaultBody): Promise<void> {
  const isAdded = await attempt(() => controls.value.faults.add(fault), 'Added the fault.')
  if (!isAdded) return
  faultList.refresh()
  navigate({ id: undefined, query: {} })
}

/** The JSON of a fault, and the command that adds it. */
function Commands({ fault }: { fault: FaultBody }) {
  const json = formatJson(fault)
  const token = readToken() === null ? '' : ` \\\n  -H "Authorization: Bearer $EMULATOR_CONTROL_TOKEN"`
  const url = `${location.origin}${controlPath(sandboxName.value)}/faults`
  const curl = `curl -g ${quote(url)}${token} \\\n  --json ${quote(JSON.stringify(fault))}`
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
