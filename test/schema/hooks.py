"""Hooks for fuzzing the served document: expected failures with reasons, adjusted requests, and the tally."""

import atexit
import collections
import itertools
import json
import re
import urllib.error
import urllib.request

import schemathesis

# Rules that no schema can express: valid requests that are rejected, by operation and response text.
EXCEPTIONS = [
    # Only the emulator knows which cursors it has issued.
    (
        "admin-api-keys-list|list-.*",
        r"No (admin API key|API key|project|service account|project API key|audit log event) with this ID was found",
    ),
    # The document cannot say which fields exclude each other, or that one of two is required.
    ("create-project(-service-account)?", r"it cannot be used together with"),
    ("update-project-api-key", r"Missing required parameter: 'scopes' or 'expires_in_seconds'|has expired"),
    # Only the emulator knows the state of a project.
    (".*-project.*", r"The default project cannot be|The project .* is archived"),
    # No pattern can check the calendar or the range of a relative time.
    ("emulator-(clock-set|state-.*)", r"must be a valid time|a duration that keeps the clock between"),
    # A fault that can never fire is rejected: for an unknown key, or with a patch that does not fit the response.
    ("emulator-faults-add", r"the fault would never fire|the patch would never apply"),
    # Header names ignore case.
    ("emulator-(faults-add|journal-verify)", r"must be given once: header names ignore case"),
    # No pattern can check the length of a duration.
    ("emulator-faults-add", r"/ms must be milliseconds, .* or a duration up to 1h"),
    # `in_order` excludes the other fields; a range is not empty.
    ("emulator-journal-verify", r"must be absent when 'in_order' is given|must be at least 'at_least'"),
    # Only the emulator knows which keys, events, projects and accounts a sandbox has.
    ("emulator-(keys|audit-logs)-list", r"'after' must be the id of (a key|an audit event)"),
    ("emulator-keys-create", r"must be the id of a (project|service account)"),
    # Ids and values are unique, in a seed and in a sandbox.
    ("emulator-state-.*", r": duplicate (id|value|value_sha256)\b"),
    # One project is the default one; what several objects are generated from has no single id or value; events name a project.
    (
        "emulator-state-.*",
        r"given for one project only|for the default project|an id that contains \{n\}|its parent is generated|"
        r"several keys are generated|the id of a project in the seed|models and keys can be added|a model that neither|the sandbox has a default project",
    ),
    # A model is listed once; only an event of a project has the project's name.
    ("emulator-state-.*", r"must be the id of a model that is not listed before|must be absent: the event has no project"),
    # No key expires before it is created, or is created at a relative time in the future.
    ("emulator-state-.*", r"must not be before created_at|must not be in the future"),
    # The default sandbox has a valid name but cannot be removed.
    ("emulator-sandboxes-delete", r"The sandbox 'default' cannot be removed"),
]

refused_though_valid = "ST202"
accepted_though_invalid = "ST201"


def has_empty_filter(case):
    """Forms send an empty field for none, so a search takes any empty parameter."""
    return id_of(case) in ("emulator-keys-list", "emulator-audit-logs-list") and "" in (case.query or {}).values()


# The control shows deleted keys, with their state.
shown_though_deleted = ("emulator-keys-get", "ST301")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if (id_of(case), failure.code) == shown_though_deleted:
        return False
    if failure.code == accepted_though_invalid:
        return not has_empty_filter(case)
    if failure.code == refused_though_valid and response.status_code == 413:
        # Lists within lists multiply: only the emulator counts what they generate.
        return "state_too_large" not in response.text
    if failure.code != refused_though_valid or response.status_code != 400:
        return True
    return not any(
        re.fullmatch(operation, id_of(case)) and re.search(message, response.text) for operation, message in EXCEPTIONS
    )


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            visit(operation["responses"], close)
    visit(raw_schema["components"], close)
    visit(raw_schema, drop_well_formed)


def close(schema):
    """Rejects undocumented properties in responses."""
    if schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)


def drop_well_formed(schema):
    """Drops the pattern against lone surrogates: schemathesis cannot generate from it, and generates none anyway."""
    if schema.get("pattern") == r"^\P{Cs}*$":
        del schema["pattern"]


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = id_of(case)
    if operation == "admin-api-keys-delete" and case.path_parameters.get("key_id") == "key_admin":
        # Deleting the calling key would make every later response a 401.
        case.path_parameters["key_id"] = "key_gone"
    if operation in ("retrieve-project-api-key", "update-project-api-key", "delete-project-api-key"):
        use_project_key(case)
    if operation == "archive-project" and (number := next(calls)) % 8:
        # Nothing can be created in an archived project, so those that links lead to stay active.
        case.path_parameters["project_id"] = f"proj_{number % 300 + 1}"
    if operation in ("emulator-keys-get", "emulator-keys-delete") and (number := next(calls)) % 2:
        # Random ids exist nowhere, and few keys are created.
        case.path_parameters["key_id"] = f"key_{number % 250 + 1}"
        (case.query or {}).pop("type", None)
    if operation == "emulator-keys-create" and isinstance(case.body, dict) and next(calls) % 4:
        # No link names a project or a service account, and most keys are to be created.
        for name in ("project_id", "service_account_id"):
            if isinstance(case.body.get(name), str):
                del case.body[name]
    if operation.startswith("emulator-state"):
        visit(case.body, lower_generate)
    if operation.startswith("emulator-requests"):
        visit_api(case.operation.base_url)


calls = itertools.count()


def use_project_key(case):
    """Names a key of the seed in two of three calls, because no link provides one, and something to update in most."""
    number = next(calls)
    if isinstance(case.body, dict) and number % 4:
        case.body.setdefault("scopes", [])
    if number % 3:
        case.path_parameters.update(project_id="proj_keys", api_key_id=f"key_project_{number % 300 + 1}")


# By operation and status class.
tally = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(context, case, response):
    tally[id_of(case)][f"{response.status_code // 100}xx"] += 1


@atexit.register
def write_tally():
    with open("tally.json", "w") as file:
        json.dump(tally, file)


def lower_generate(row):
    """Lowers `generate`, because a million keys take seconds, and lists within lists multiply. More than a million is rejected and stays."""
    if isinstance(row.get("generate"), int | float) and 30 < row["generate"] <= 1_000_000:
        row["generate"] = 30


def visit_api(root):
    """Adds a journal entry. The request is unauthenticated, so no armed fault applies to it."""
    try:
        urllib.request.urlopen(f"{root}/v1/organization/admin_api_keys?limit=1", timeout=5)
    except urllib.error.HTTPError as error:
        error.close()


def id_of(case):
    return case.operation.definition.raw["operationId"]


def visit(node, use):
    """Calls `use` for every mapping in a document."""
    if isinstance(node, dict):
        use(node)
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        visit(child, use)
