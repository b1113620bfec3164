//! One connection as HTTP needs it: without memory. ClickHouse's HTTP interface is stateless, a connection of the
//! library is not, so everything a request sets is set before its statement and taken back after it.
//!
//! TRICKY: an `insert_deduplication_token` left standing would swallow every later insert of that connection, without
//! an error. When anything cannot be taken back, the connection is closed and a new one opened.

use std::path::PathBuf;

use crate::{
    library::{Answer, Connection, Library, StatementClass},
    request::{Exception, Statement, quote_identifier, quote_text},
};

/// ClickHouse's `READONLY`.
const READONLY: i32 = 164;
/// ClickHouse's `SYNTAX_ERROR`.
const SYNTAX_ERROR: i32 = 62;
/// ClickHouse's `NETWORK_ERROR`: the nearest to "the engine is not there".
const NETWORK_ERROR: i32 = 210;

/// The database of a request that names none.
const DEFAULT_DATABASE: &str = "default";

/// A connection, reopened when it may have kept something of a request.
pub(crate) struct Session {
    library: &'static Library,
    path: PathBuf,
    connection: Option<Connection>,
    database: String,
}

impl Session {
    /// Opens a session; `None` when the engine refuses the path.
    pub(crate) fn open(library: &'static Library, path: PathBuf) -> Option<Self> {
        let connection = library.connect(&path)?;
        Some(Self {
            library,
            path,
            connection: Some(connection),
            database: DEFAULT_DATABASE.to_owned(),
        })
    }

    /// Runs one request's statement.
    pub(crate) fn execute(&mut self, statement: &Statement) -> Result<Answer, Exception> {
        if self.connection.is_none() {
            self.connection = self.library.connect(&self.path);
            DEFAULT_DATABASE.clone_into(&mut self.database);
        }
        let Some(connection) = self.connection.as_mut() else {
            return Err(Exception::new(NETWORK_ERROR, "the engine opened no connection"));
        };
        let mut keep = true;
        let result = Self::run(connection, &mut self.database, statement, &mut keep);
        if !keep {
            self.connection = None;
        }
        result
    }

    fn run(
        connection: &mut Connection,
        current: &mut String,
        statement: &Statement,
        keep: &mut bool,
    ) -> Result<Answer, Exception> {
        match &statement.data {
            Some(_) if statement.read_only => {
                return Err(Exception::new(READONLY, "cannot insert in readonly mode (READONLY)"));
            }
            Some(_) => {}
            None => {
                let analysis = connection.analyse(&statement.sql);
                if analysis.statements > 1 {
                    return Err(Exception::new(SYNTAX_ERROR, "one statement a request (SYNTAX_ERROR)"));
                }
                match analysis.class {
                    StatementClass::Reads => {}
                    // The engine says where it fails; what stood before that place may have changed the session.
                    StatementClass::Unknown if !statement.read_only => *keep = false,
                    // Never run to learn where it fails: what stands before a `;` would be done first.
                    StatementClass::Unknown => {
                        return Err(Exception::new(
                            SYNTAX_ERROR,
                            "the statement does not parse (SYNTAX_ERROR)",
                        ));
                    }
                    _ if statement.read_only => {
                        return Err(Exception::new(
                            READONLY,
                            "a request with GET or readonly may only read (READONLY)",
                        ));
                    }
                    StatementClass::Session => *keep = false,
                    StatementClass::Writes => {}
                }
            }
        }
        let wanted = statement.database.as_deref().unwrap_or(DEFAULT_DATABASE);
        if wanted != current {
            let switch = format!("USE {}", quote_identifier(wanted));
            connection
                .query(switch.as_bytes(), "TabSeparated", &[])
                .map_err(Exception::from_text)?;
            wanted.clone_into(current);
        }
        if !statement.settings.is_empty() {
            let assignments = statement.settings.iter();
            let set = join(assignments.map(|(name, value)| format!("{name} = {}", quote_text(value))));
            if let Err(text) = connection.query(set.as_bytes(), "TabSeparated", &[]) {
                // Some of them may stand.
                *keep = false;
                return Err(Exception::from_text(text));
            }
        }
        let answer = match &statement.data {
            Some(data) => connection.insert(&statement.sql, &data.format, &statement.params, &data.rows),
            None => connection.query(&statement.sql, &statement.format, &statement.params),
        };
        if !statement.settings.is_empty() {
            let reset = join(statement.settings.iter().map(|(name, _)| format!("{name} = DEFAULT")));
            if let Err(text) = connection.query(reset.as_bytes(), "TabSeparated", &[]) {
                tracing::warn!(text, "settings could not be taken back; the connection is replaced");
                *keep = false;
            }
        }
        answer.map_err(Exception::from_text)
    }
}

fn join(assignments: impl Iterator<Item = String>) -> String {
    format!("SET {}", assignments.collect::<Vec<_>>().join(", "))
}
