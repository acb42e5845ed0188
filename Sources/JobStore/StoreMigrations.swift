import GRDB

/// The database's schema, step by step. A step that has been released is never edited: add the next one.
enum StoreMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-jobs-logs-workers-pins") { database in
            try database.execute(sql: initialSchema)
        }
        migrator.registerMigration("0002-summaries-segments") { database in
            try database.execute(sql: summariesAndSegments)
        }
        migrator.registerMigration("0003-requests") { database in
            try database.execute(sql: "ALTER TABLE jobs ADD COLUMN last_request TEXT")
        }
        migrator.registerMigration("0004-drains") { database in
            try database.execute(
                sql: "CREATE TABLE drains (target TEXT PRIMARY KEY NOT NULL, since INTEGER NOT NULL) STRICT")
        }
        return migrator
    }

    /// What a list of jobs shows, apart from reports; segments row by row, so that each is written once.
    private static let summariesAndSegments = """
        ALTER TABLE jobs ADD COLUMN summary TEXT;
        CREATE INDEX jobs_by_time ON jobs (created_at, id);
        CREATE TABLE segments (
            job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            segment TEXT NOT NULL,
            PRIMARY KEY (job_id, number)
        ) STRICT, WITHOUT ROWID;
        """

    private static let initialSchema = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            submitter TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            specification TEXT NOT NULL,
            files TEXT NOT NULL,
            progress TEXT,
            report TEXT,
            result_files TEXT,
            failure_code TEXT,
            message TEXT NOT NULL
        ) STRICT;
        CREATE TABLE plans (
            job_id TEXT PRIMARY KEY NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
            plan TEXT NOT NULL,
            shards TEXT NOT NULL
        ) STRICT;
        CREATE TABLE log_lines (
            job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            time INTEGER NOT NULL,
            level TEXT NOT NULL,
            source TEXT NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (job_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE blob_pins (
            job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
            role TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (job_id, role, sha256)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE workers (
            id TEXT PRIMARY KEY NOT NULL,
            session_id TEXT NOT NULL,
            name TEXT NOT NULL,
            host TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            cores INTEGER NOT NULL,
            memory_bytes INTEGER NOT NULL,
            peer_endpoint TEXT NOT NULL,
            kernel_family TEXT NOT NULL,
            software_version TEXT NOT NULL,
            registered_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE identity (
            coordinator_id TEXT NOT NULL
        ) STRICT;
        """
}
