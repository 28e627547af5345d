-- What narrows a user below the role, packed; NULL = nothing.
ALTER TABLE users ADD COLUMN bounds BLOB;
