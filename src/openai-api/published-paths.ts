// The paths of the real API, from the official Node client 7.55 of November 2026. `*` is one segment, brackets enclose optional
// parts, and `|` separates alternatives. Includes the paths that the emulator serves.
const patterns = [
  'agents[/*]',
  'agents/automations[/*[/(pause|resume|invocations[/*])]]',
  'agents/environments[/(templates[/*]|*[/files])]',
  'agents/sessions[/*[/(artifacts[/*[/content]]|events|items|traces|turns[/*[/items]])]]',
  'agents/sessions/*/subagents[/*[/(items|turns[/*[/items]])]]',
  'assistants[/*]',
  'audio/(speech|transcriptions|translations|(voice_consents|voices)[/*])',
  'batches[/*[/cancel]]',
  'chat/completions[/*[/messages]]',
  'chatkit/(sessions[/*/cancel]|threads[/*[/items]])',
  'completions',
  'containers[/*[/files[/*[/content]]]]',
  'content_provenance_checks',
  'conversations[/*[/items[/*]]]',
  'decisions',
  'embeddings',
  'evals[/*[/runs[/*[/(cancel|output_items[/*])]]]]',
  'files[/*[/content]]',
  'fine_tuning/(alpha/graders/(run|validate)|checkpoints/*/permissions[/*])',
  'fine_tuning/jobs[/*[/(cancel|checkpoints|events|pause|resume)]]',
  'images/(edits|generations|variations)',
  'live/sessions[/*/(accept|attach|content|fork|hangup|refer|reject)]',
  'models[/*]',
  'moderations',
  'organization/(admin_api_keys|groups|invites|roles|spend_alerts|users)[/*]',
  'organization/(audit_logs|costs|data_retention|spend_limit)',
  'organization/certificates[/(activate|deactivate|*)]',
  'organization/(external_keys|external_storage)[/*[/validate]]',
  'organization/groups/*/(roles|users)[/*]',
  'organization/projects[/*[/(archive|data_retention|hosted_tool_permissions|model_permissions|spend_limit)]]',
  'organization/projects/*/(api_keys|groups|rate_limits|spend_alerts|users)[/*]',
  'organization/projects/*/(certificates[/(activate|deactivate)]|service_tier_settings)',
  'organization/projects/*/service_accounts[/*[/api_keys]]',
  'organization/usage/(audio_speeches|audio_transcriptions|code_interpreter_sessions|completions|decisions|embeddings)',
  'organization/usage/(file_search_calls|images|moderations|vector_stores|web_search_calls)',
  'organization/users/*/roles[/*]',
  'organization/workload_identity_providers[/*[/federation_rules[/*]]]',
  'projects/*/(groups/*/|users/*/)?roles[/*]',
  'realtime/(calls[/*/(accept|hangup|refer|reject)]|client_secrets|sessions|transcription_sessions)',
  'realtime/translations[/client_secrets]',
  'responses[/(compact|input_tokens|*[/(cancel|input_items)])]',
  'safety/(alerts|cases)/*',
  'skills[/*[/(content|versions[/*[/content]])]]',
  'threads[/(runs|*[/(messages[/*]|runs[/*[/(cancel|steps[/*]|submit_tool_outputs)]])])]',
  'uploads[/*/(cancel|complete|parts)]',
  'vaults[/*[/credentials[/*]]]',
  'vector_stores[/*[/(file_batches[/*[/(cancel|files)]]|files[/*[/content]]|search)]]',
  'videos[/(characters[/*]|edits|extensions|*[/(content|remix)])]',
  'webhook_endpoints[/*[/(rotate_secret|test)]]',
  'webhook_event_types',
]

const toSource = (pattern: string) => pattern.replaceAll('[', '(?:').replaceAll(']', ')?').replaceAll('*', '[^/]+')

let published: RegExp | undefined

/** Returns whether the real API has a path, given with or without `/v1`. */
export function isPublishedPath(path: string): boolean {
  published ??= new RegExp(`^(?:/v1)?/(?:${patterns.map(toSource).join('|')})$`)
  return published.test(path)
}
