-- The order of the list becomes the table's own: a page is then one range of neighbouring rows (decisions/0014).
CREATE TABLE keys_in_order (
  -- The second of creation (Unix, up to the year 9999), shifted by 25 bits, and the number of the key within it; negative
  -- once the key is deleted: it is listed no more, and its cursor must still resolve. 64 bits: JavaScript never sees it.
  position     INTEGER PRIMARY KEY,
  made         INTEGER NOT NULL,     -- the order of insertion, in which an exported state has them
  id           TEXT NOT NULL UNIQUE,
  value_sha256 BLOB NOT NULL UNIQUE, -- the value itself is never stored
  expires_at   INTEGER,              -- Unix seconds, as all times here; NULL = never
  last_used_at INTEGER,              -- NULL = not yet
  shown        TEXT NOT NULL         -- the key as the API shows it, in JSON: name, owner and creation are only here
) STRICT;

INSERT INTO keys_in_order
SELECT
  iif(deleted, -1, 1) * ((created_at << 25) | row_number() OVER (PARTITION BY created_at ORDER BY admin_api_keys.seq)),
  admin_api_keys.seq, id, unhex(value_sha256), expires_at, last_used_at, shown
FROM admin_api_keys
ORDER BY created_at, admin_api_keys.seq;

DROP TABLE admin_api_keys;
ALTER TABLE keys_in_order RENAME TO admin_api_keys;
