-- Values for tasks. What is sealed is encrypted with a key that is not here.
CREATE TABLE secrets (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	name       BLOB NOT NULL UNIQUE,
	version    INTEGER NOT NULL, -- of the value
	sealed     BLOB, -- NULL: the value is in the configuration
	key_id     BLOB, -- of the key that seals it
	readable   INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	body       BLOB NOT NULL -- task patterns, hosts, roles and maker, msgpack
);

-- Tasks that declared a secret before secrets were bound to tasks: they may
-- read it until it is bound.
CREATE TABLE secret_holders (
	secret BLOB NOT NULL,
	task   BLOB NOT NULL, -- tasks.uuid
	PRIMARY KEY (secret, task)
) WITHOUT ROWID;
