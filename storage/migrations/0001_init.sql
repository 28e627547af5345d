-- Everything a user wrote is a BLOB, every time is integer microseconds UTC:
-- the driver rewrites TEXT that looks like a date and cuts it at a NUL byte.

CREATE TABLE tasks (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid         BLOB NOT NULL UNIQUE,
	name         BLOB NOT NULL UNIQUE,
	label        BLOB NOT NULL,
	version      BLOB NOT NULL,
	version_key  BLOB NOT NULL, -- sorts as the semantic version does
	description  BLOB NOT NULL,
	category     BLOB,
	enabled      INTEGER NOT NULL,
	source_type  BLOB,
	source       BLOB,
	in_sync      INTEGER NOT NULL DEFAULT 1,
	checksum     BLOB NOT NULL,
	created_at   INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	validated_at INTEGER,
	body         BLOB NOT NULL -- the whole task, msgpack
);

CREATE TABLE task_tags (
	task INTEGER NOT NULL, -- tasks.id
	tag  BLOB NOT NULL,
	PRIMARY KEY (task, tag)
) WITHOUT ROWID;

CREATE INDEX task_tags_by_tag ON task_tags (tag, task);

CREATE TABLE task_versions (
	id         INTEGER PRIMARY KEY,
	uuid       BLOB NOT NULL UNIQUE,
	task_id    BLOB NOT NULL, -- tasks.uuid; outlives the task
	version    BLOB NOT NULL,
	revision   INTEGER NOT NULL,
	note       BLOB,
	author     BLOB,
	created_at INTEGER NOT NULL,
	body       BLOB NOT NULL,
	UNIQUE (task_id, version, revision)
);

CREATE TABLE task_backups (
	id         INTEGER PRIMARY KEY,
	uuid       BLOB NOT NULL UNIQUE,
	task_id    BLOB NOT NULL,
	task_name  BLOB NOT NULL,
	reason     BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	body       BLOB NOT NULL
);

CREATE INDEX task_backups_by_task ON task_backups (task_id, id);

CREATE TABLE executions (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid          BLOB NOT NULL UNIQUE,
	task_id       BLOB NOT NULL, -- tasks.uuid; outlives the task
	task_name     BLOB NOT NULL,
	status        INTEGER NOT NULL, -- 0 pending, 1 running, 2 completed, 3 failed, 4 cancelled, 5 timed_out
	origin        INTEGER NOT NULL, -- 0 direct, 1 test, 2 retry, 3 external
	queued_at     INTEGER NOT NULL,
	started_at    INTEGER,
	completed_at  INTEGER,
	duration      INTEGER, -- microseconds
	progress      REAL,
	principal     BLOB, -- with idem_key only; else in head
	idem_key      BLOB,
	batch_id      BLOB,
	job_id        BLOB,
	schedule_id   BLOB,
	correlation   BLOB,
	head          BLOB NOT NULL, -- what is known at the start, msgpack
	tail          BLOB, -- what is known at the end, msgpack
	progress_data BLOB,
	input         BLOB,
	input_hash    BLOB, -- payloads.hash when the input is large
	output        BLOB,
	output_hash   BLOB,
	error         BLOB, -- JSON
	error_message BLOB
);

CREATE INDEX executions_by_queued ON executions (queued_at);

-- with status, so that those of a task are counted without reading rows
CREATE INDEX executions_by_task ON executions (task_id, queued_at, status);

CREATE INDEX executions_by_end ON executions (completed_at) WHERE completed_at IS NOT NULL;

CREATE INDEX executions_active ON executions (status) WHERE status < 2;

CREATE INDEX executions_unhappy ON executions (status, queued_at) WHERE status > 2;

CREATE INDEX executions_by_key ON executions (idem_key, principal) WHERE idem_key IS NOT NULL;

CREATE INDEX executions_by_batch ON executions (batch_id) WHERE batch_id IS NOT NULL;

CREATE INDEX executions_by_job ON executions (job_id) WHERE job_id IS NOT NULL;

CREATE INDEX executions_by_schedule ON executions (schedule_id) WHERE schedule_id IS NOT NULL;

CREATE INDEX executions_by_correlation ON executions (correlation) WHERE correlation IS NOT NULL;

CREATE TABLE logs (
	execution INTEGER NOT NULL, -- executions.id
	seq       INTEGER NOT NULL, -- order of the chunks
	levels    INTEGER NOT NULL, -- bit per level found in the chunk
	data      BLOB NOT NULL,
	PRIMARY KEY (execution, seq)
) WITHOUT ROWID;

CREATE TABLE parts (
	execution INTEGER NOT NULL, -- executions.id
	kind      INTEGER NOT NULL, -- 1 tape, 2 steps, 3 spans, 4 HTTP calls
	data      BLOB,
	hash      BLOB, -- payloads.hash when large
	PRIMARY KEY (execution, kind)
) WITHOUT ROWID;

-- What runs asked the world to do and must not be repeated blindly. A retry
-- takes over the rows of the attempts before it.
CREATE TABLE effects (
	id         BLOB PRIMARY KEY,
	root       BLOB NOT NULL, -- executions.uuid of the first attempt
	execution  INTEGER NOT NULL, -- executions.id of the last attempt
	method     BLOB NOT NULL,
	url        BLOB NOT NULL,
	state      INTEGER NOT NULL, -- 0 sent, 1 answered, 2 not sent
	reply      BLOB,
	reply_hash BLOB, -- payloads.hash when large
	created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX effects_by_execution ON effects (execution);

CREATE TABLE payloads (
	id   INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE, -- SHA-256
	refs INTEGER NOT NULL,
	data BLOB NOT NULL
);

CREATE INDEX payloads_unused ON payloads (id) WHERE refs <= 0;

CREATE TABLE claims (
	principal  BLOB NOT NULL,
	tool       BLOB NOT NULL,
	key        BLOB NOT NULL,
	args_hash  BLOB NOT NULL,
	result     BLOB, -- NULL until settled
	execution  BLOB, -- executions.uuid when the server died in between
	created_at INTEGER NOT NULL,
	PRIMARY KEY (principal, tool, key)
) WITHOUT ROWID;

CREATE INDEX claims_by_age ON claims (created_at);

CREATE TABLE test_runs (
	id          INTEGER PRIMARY KEY,
	uuid        BLOB NOT NULL UNIQUE,
	task_id     BLOB NOT NULL,
	task_name   BLOB NOT NULL,
	status      INTEGER NOT NULL,
	started_at  INTEGER NOT NULL,
	finished_at INTEGER,
	results     BLOB
);

CREATE INDEX test_runs_by_task ON test_runs (task_id, started_at);

CREATE TABLE users (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid          BLOB NOT NULL UNIQUE,
	username      BLOB NOT NULL,
	username_key  BLOB NOT NULL UNIQUE, -- in lower case
	email         BLOB,
	email_key     BLOB UNIQUE,
	display_name  BLOB,
	role          BLOB NOT NULL,
	active        INTEGER NOT NULL,
	password      BLOB, -- argon2id
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL,
	last_login_at INTEGER
);

CREATE TABLE api_keys (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid         BLOB NOT NULL UNIQUE,
	name         BLOB NOT NULL UNIQUE,
	prefix       BLOB NOT NULL,
	hash         BLOB NOT NULL UNIQUE, -- SHA-256
	role         BLOB NOT NULL,
	active       INTEGER NOT NULL,
	scoped       INTEGER NOT NULL, -- has less than its role's rights
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER,
	last_used_at INTEGER,
	usage_count  INTEGER NOT NULL DEFAULT 0,
	body         BLOB NOT NULL -- scope, tier and addresses, msgpack
);

CREATE TABLE logins (
	id          INTEGER PRIMARY KEY,
	uuid        BLOB NOT NULL UNIQUE,
	user        BLOB NOT NULL, -- users.uuid
	hash        BLOB NOT NULL UNIQUE, -- SHA-256
	created_at  INTEGER NOT NULL,
	extended_at INTEGER NOT NULL,
	expires_at  INTEGER NOT NULL,
	life        INTEGER NOT NULL -- microseconds
);

CREATE INDEX logins_by_user ON logins (user, id);

CREATE INDEX logins_by_end ON logins (expires_at);

-- tokens that were ended before their time
CREATE TABLE revoked_tokens (
	jti        BLOB PRIMARY KEY,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX revoked_tokens_by_end ON revoked_tokens (expires_at);

CREATE TABLE server_secrets (
	name  BLOB PRIMARY KEY,
	value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE daily_calls (
	day       INTEGER NOT NULL, -- days since 1970 UTC
	principal BLOB NOT NULL,
	calls     INTEGER NOT NULL,
	PRIMARY KEY (day, principal)
) WITHOUT ROWID;

-- Each entry holds the hash of the one before it, see audit.go.
CREATE TABLE audit (
	seq       INTEGER PRIMARY KEY, -- from 1, without gaps
	at        INTEGER NOT NULL,
	type      BLOB NOT NULL,
	severity  INTEGER NOT NULL, -- 0 info, 1 warning, 2 error, 3 critical
	principal BLOB NOT NULL,
	resource  BLOB NOT NULL,
	body      BLOB NOT NULL, -- the whole entry, JSON
	hash      BLOB NOT NULL -- SHA-256
);

CREATE INDEX audit_by_time ON audit (at);

-- Where the chain begins after old entries were removed.
CREATE TABLE audit_anchor (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	seq  INTEGER NOT NULL, -- of the last entry removed
	hash BLOB NOT NULL,
	at   INTEGER NOT NULL
);
