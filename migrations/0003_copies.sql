-- Of a copy (what a sandbox began as, a snapshot): the present when it was made, in milliseconds of the sandbox's clock.
ALTER TABLE sandbox ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
-- How far each stream of seeded randomness had come, by name; {} for what is cryptographically random.
ALTER TABLE sandbox ADD COLUMN drawn TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(drawn));
