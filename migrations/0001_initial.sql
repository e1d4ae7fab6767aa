PRAGMA application_id = 0x616b6579; -- "akey": identifies our files among other programs' databases

CREATE TABLE admin_api_keys (
  -- Primary key and list order in one: the second of creation (Unix, up to the year 9999) shifted by 25 bits, plus the
  -- number of the key within that second. A page is then one range of neighboring rows (decision 14). Negative once the
  -- key is deleted: it is no longer listed, but its cursor must still resolve. 64 bits, so JavaScript never reads it.
  position        INTEGER PRIMARY KEY,
  insertion_order INTEGER NOT NULL,     -- the order in which an exported state lists the keys
  id              TEXT NOT NULL,
  value_sha256    BLOB NOT NULL,        -- the value itself is never stored
  expires_at      INTEGER,              -- Unix seconds, like all times here; NULL = never
  last_used_at    INTEGER,              -- NULL = never used
  json            TEXT NOT NULL,        -- the key as the API returns it; name, owner and created_at are only here
  -- What the behavior `redaction: masked` shows besides: the length of the value, and its fourth-last character.
  -- Both NULL if the key has no masked form.
  value_length    INTEGER,
  fourth_last     TEXT
) STRICT;
-- Not constraints of the table: a large seed is inserted without them (decision 27).
CREATE UNIQUE INDEX admin_api_keys_by_id ON admin_api_keys (id);
CREATE UNIQUE INDEX admin_api_keys_by_value ON admin_api_keys (value_sha256);

-- Everything in a sandbox except its keys: one row, written once the seed has been applied completely.
CREATE TABLE sandbox (
  singleton        INTEGER PRIMARY KEY DEFAULT 1 CHECK (singleton = 1),
  organization     TEXT NOT NULL CHECK (json_valid(organization)), -- {id, name, user: {id, name, created_at}}
  behavior         TEXT NOT NULL CHECK (json_valid(behavior)),     -- the switches, by name
  clock            TEXT NOT NULL CHECK (json_valid(clock)),        -- {offset_ms} or {frozen_at_ms}
  at_ms            INTEGER NOT NULL,                               -- sandbox time when this row was written
  -- Bytes consumed from each stream of seeded randomness, by name; {} for cryptographic randomness.
  random_positions TEXT NOT NULL CHECK (json_valid(random_positions))
) STRICT;
