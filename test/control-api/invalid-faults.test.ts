import { describe, expect, test } from 'vitest'
import { startWithFaults } from '../support/faults.ts'

describe('invalid faults', () => {
  test.each([
    [{ operation: 'admin-api-keys-update', kind: 'hang' }, '/operation', 'admin-api-keys-list'],
    [{ kind: 'hang' }, '/operation', 'required'],
    [{ operation: '*', kind: 'explode' }, '/kind', 'rate_limit'],
    [{ operation: 'update', kind: 'hang' }, '/operation', 'admin-api-keys-list'],
    [{ operation: '*', kind: 'conection_reset' }, '/kind', 'got "conection_reset"; did you mean `connection_reset`?'],
    [{ operation: 'creat', kind: 'hang' }, '/operation', 'got "creat"; did you mean `create`?'],
    [{ operation: '*', kind: 'hang', skipp: 1 }, '/skipp', 'did you mean `skip`?'],
    [{ operation: '*', knd: 'hang' }, '/kind', 'one of error, rate_limit'],
    // Old names of fault kinds.
    [{ operation: '*', kind: 'reset' }, '/kind', 'connection_reset'],
    [{ operation: '*', kind: 'empty' }, '/kind', 'empty_response'],
    [{ operation: '*', kind: 'truncate' }, '/kind', 'truncated_body'],
    [{ operation: '*', kind: 'malformed' }, '/kind', 'malformed_json'],
    [{ operation: '*', kind: 'mutate' }, '/kind', 'json_patch'],
    [{ operation: '*', kind: 'error' }, '/status', 'is required for '],
    [{ operation: '*', kind: 'error', status: 200 }, '/status', '400 to 599'],
    [{ operation: '*', kind: 'error', status: 600 }, '/status', '400 to 599'],
    [{ operation: '*', kind: 'error', status: 500, ms: 5 }, '/ms', 'is not a known field of a fault of kind error'],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'a b': 'x' } },
      '/headers/a b',
      'must be a header name, got',
    ],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'content-length': '1' } },
      '/headers/content-length',
      'none of',
    ],
    [{ operation: '*', kind: 'hang', times: 0 }, '/times', 'from 1'],
    [{ operation: '*', kind: 'hang', skip: -1 }, '/skip', 'from 0'],
    [
      { operation: '*', kind: 'hang', foo: 1 },
      '/foo',
      '/foo is not a known field of a fault of kind hang; known fields: operation, match',
    ],
    [{ operation: '*', kind: 'truncated_body', when: 'before' }, '/when', 'after_commit'],
    [
      { operation: '*', kind: 'json_patch', when: 'before', patch: [{ op: 'remove', path: '/x' }] },
      '/when',
      'after_commit',
    ],
    [{ operation: '*', kind: 'json_patch' }, '/patch', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [] }, '/patch', 'JSON Patch'],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'add', path: '/x' }] }, '/patch/0/value', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'move', path: '/x' }] }, '/patch/0/from', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: 'x' }] }, '/patch/0/path', 'JSON Pointer'],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/a~2' }] }, '/patch/0/path', 'JSON Pointer'],
    ...[
      ['*', { op: 'remove', path: '/nothing' }, 'path'],
      ['*', { op: 'remove', path: '/data/00' }, 'path'],
      ['*', { op: 'replace', path: '/data/-', value: 1 }, 'path'],
      ['*', { op: 'replace', path: '/data/100', value: 1 }, 'path'],
      ['*', { op: 'remove', path: '/data/length' }, 'path'],
      ['*', { op: 'test', path: '/toString', value: 1 }, 'path'],
      ['*', { op: 'add', path: '/__proto__', value: {} }, 'path'],
      ['*', { op: 'add', path: '/name/x', value: 1 }, 'path'],
      ['*', { op: 'copy', from: '/constructor', path: '/x' }, 'from'],
      ['*', { op: 'move', from: '/owner', path: '/owner/id' }, 'path'],
      ['admin-api-keys-get', { op: 'remove', path: '/value' }, 'path'],
      ['admin-api-keys-list', { op: 'remove', path: '/deleted' }, 'path'],
    ].map(([operation, step, field]): [object, string, string] => [
      { operation, kind: 'json_patch', patch: [{ op: 'add', path: '/added', value: 1 }, step] },
      `/patch/1/${field}`,
      'would never apply',
    ]),
    [{ operation: '*', kind: 'hang', skip: 1e308 }, '/skip', 'from 0'],
    [{ operation: '*', kind: 'hang', times: 1e308 }, '/times', 'from 1'],
    [{ operation: '*', kind: 'rate_limit', requests: 1e308, per: '1m' }, '/requests', 'from 0'],
    [{ operation: '*', kind: 'hang', match: { key_id: '' } }, '/match/key_id', 'not empty'],
    [{ operation: '*', kind: 'hang', match: { calling_key_id: '' } }, '/match/calling_key_id', 'not empty'],
    [
      { operation: '*', kind: 'hang', match: { header: { 'X-A': '1', 'x-a': '2' } } },
      '/match/header/x-a',
      'header names ignore case',
    ],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'X-A': '1', 'x-a': '2' } },
      '/headers/x-a',
      'header names ignore case',
    ],
    [
      { operation: '*', kind: 'hang', match: { header: { Authorization: 'Basic x' } } },
      '/match/header/Authorization',
      'Bearer',
    ],
    [{ operation: '*', kind: 'rate_limit', requests: 1 }, '/per', 'is required for '],
    [{ operation: '*', kind: 'rate_limit', requests: 1, per: '1 minute' }, '/per', 'duration'],
    [
      { operation: '*', kind: 'rate_limit', requests: 1, per: '1m', times: 3 },
      '/times',
      'is not a known field of a fault of kind rate_limit',
    ],
    [
      { operation: '*', kind: 'rate_limit', requests: 1, per: '1m', when: 'before' },
      '/when',
      'is not a known field of a fault of kind rate_limit',
    ],
    [{ operation: 'admin-api-keys-list', match: { key_id: 'key_x' }, kind: 'hang' }, '/match/key_id', 'never fire'],
    [{ operation: 'list', match: { key_id: 'key_x' }, kind: 'malformed_json' }, '/match/key_id', 'never fire'],
    [{ operation: 'create', match: { key_id: 'key_x' }, kind: 'hang' }, '/match/key_id', 'never fire'],
    [
      { operation: 'create', match: { key_id: 'key_x' }, kind: 'rate_limit', requests: 1, per: '1m' },
      '/match/key_id',
      'never fire',
    ],
    ...[
      'retrieve-project-service-account',
      'delete-project-service-account',
      'create-project-service-account',
      'CreateanAPIkeyforaserviceaccount',
      'list-project-api-keys',
    ].map((operation): [object, string, string] => [
      { operation, match: { key_id: 'key_x' }, kind: 'hang' },
      '/match/key_id',
      'never fire',
    ]),
    ...['get', 'list', 'list-projects', 'create-project', 'list-audit-logs', 'listModels'].map(
      (operation): [object, string, string] => [
        { operation, match: { project_id: 'proj_x' }, kind: 'hang' },
        '/match/project_id',
        'never fire',
      ],
    ),
    [
      { operation: '*', match: { key: 'key_x' }, kind: 'hang' },
      '/match/key',
      'is not a known field of a match; known fields: key_id',
    ],
    [{ operation: '*', kind: 'delay' }, '/ms', 'is required for '],
    [
      { operation: '*', kind: 'delay', ms: -1 },
      '/ms',
      'milliseconds, an integer from 0 to 3600000, or a duration up to',
    ],
    [{ operation: '*', kind: 'delay', ms: 3_600_001 }, '/ms', 'milliseconds, an integer from 0 to 3600000, or a dura'],
    [{ operation: '*', kind: 'delay', ms: '61m' }, '/ms', 'milliseconds, an integer from 0 to 3600000, or a duration'],
    [{ operation: '*', kind: 'delay', ms: '2' }, '/ms', 'milliseconds, an integer from 0 to 3600000, or a duration'],
    [{ operation: '*', kind: 'delay', ms: '1.5s' }, '/ms', 'milliseconds, an integer from 0 to 3600000, or a duration'],
  ])('the fault %j is rejected with param %s', async (fault, param, rule) => {
    const { control, listFaults } = await startWithFaults()
    const { status, body } = await control('POST', '/faults', fault)
    expect([status, body.error.param]).toEqual([400, param])
    expect(body.error.message).toContain(rule)
    expect(await listFaults()).toEqual([])
  })
})
