PRAGMA application_id = 0x616b6579; -- "akey": by it a file of ours is told from another program's

CREATE TABLE admin_api_keys (
  -- Order of insertion, which decides within one second. Not the primary key: SQLite takes a rowid for no part of a
  -- range on (created_at, seq), and would read every key of the second.
  seq          INTEGER NOT NULL,
  id           TEXT NOT NULL UNIQUE,
  value_sha256 TEXT NOT NULL UNIQUE, -- lower-case hexadecimal; the value itself is never stored
  created_at   INTEGER NOT NULL,     -- Unix seconds, as all times here
  expires_at   INTEGER,              -- NULL = never
  last_used_at INTEGER,              -- NULL = not yet
  deleted      INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)), -- kept, for its cursor must still resolve
  shown        TEXT NOT NULL         -- the key as the API shows it, in JSON: name and owner are only here
) STRICT;

-- The order of the list, and of its cursors: a page is one range of this index.
CREATE INDEX admin_api_keys_in_order ON admin_api_keys (created_at, seq) WHERE deleted = 0;
