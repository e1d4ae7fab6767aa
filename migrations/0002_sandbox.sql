-- What a sandbox is besides its keys: one row, written when the seed has been applied whole.
CREATE TABLE sandbox (
  only_row     INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
  organization TEXT NOT NULL CHECK (json_valid(organization)), -- {id, name, user: {id, name, created_at}}
  behavior     TEXT NOT NULL CHECK (json_valid(behavior)),     -- the switches, by name
  clock        TEXT NOT NULL CHECK (json_valid(clock))         -- {offset_ms} or {frozen_at_ms}, in milliseconds
) STRICT;
