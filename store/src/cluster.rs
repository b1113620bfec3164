//! A cluster's form of the tables, derived from the same files as a single node's (docs/adr/0009).
//!
//! A table `t` of attempts becomes `t_local`, replicated within its shard, and `t`, which is Distributed over the shards by attempt: so
//! every statement that reads or inserts names `t` in both forms. Views stand beside the local tables and see their own
//! shard's rows only. Statements that change tables or delete go to `t_local` on every node.
//!
//! The rewriting knows words, texts and comments, and no more of SQL: what it does not know it refuses, and a test holds
//! every file of `migrations/` against that.

/// Settings of an insert through a Distributed table.
pub(crate) const INSERT_SETTINGS: [(&str, &str); 3] = [
    // Answered when the shards have the rows: otherwise they would lie in this node's own queue, unsynced, and their token with them.
    ("distributed_foreground_insert", "1"),
    // Most replicas of each shard have them: what one disk loses is not lost.
    ("insert_quorum", "auto"),
    // Below the 60 s after which we stop listening, so that it is ClickHouse who says what is missing.
    ("insert_quorum_timeout", "45000"),
];

/// Settings of a question to a Distributed table.
pub(crate) const READ_SETTINGS: [(&str, &str); 2] = [
    // `attempt_id IN (SELECT … FROM impressions)` means the shard's own: an attempt is on one shard, and its hash with it.
    ("distributed_product_mode", "local"),
    // A question for one attempt goes to its shard only.
    ("optimize_skip_unused_shards", "1"),
];

/// Where the rows of an attempt go. The same for ever: with another number of shards an attempt would stand on two of them.
const SHARDING_KEY: &str = "cityHash64(attempt_id)";

/// Deduplication is forgotten after 7 days, not after ClickHouse's hour: a journal may wait for a weekend.
const WINDOW_SECONDS: u32 = 7 * 24 * 3_600;

/// Where every node keeps the whole of a table: arguments of a Replicated engine.
pub(crate) const WHOLE: &str = "'/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}'";

/// The name of the table that holds the shard's rows.
fn local(table: &str) -> String {
    format!("{table}_local")
}

/// The name of the table that a node keeps the rows of `table` in, where `tables` are spread.
pub(crate) fn stored(table: &str, tables: &[&str]) -> String {
    if tables.contains(&table) {
        local(table)
    } else {
        table.to_owned()
    }
}

/// ` ON CLUSTER …`, or nothing on a single node.
pub(crate) fn on_cluster(cluster: Option<&str>) -> String {
    cluster.map_or_else(String::new, |name| format!(" ON CLUSTER '{name}'"))
}

/// One piece of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// Keywords, names, numbers.
    Word(&'a str),
    /// Blanks and comments.
    Blank(&'a str),
    /// Everything else: texts in quotes as a whole, signs one by one.
    Other(&'a str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Word(text) | Self::Blank(text) | Self::Other(text) => text,
        }
    }
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = sql;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let until = |end: Option<usize>| rest.split_at(end.unwrap_or(rest.len()));
        let (token, behind) = if rest.starts_with("--") {
            let (comment, behind) = until(rest.find('\n'));
            (Token::Blank(comment), behind)
        } else if first.is_whitespace() {
            let (blanks, behind) = until(rest.find(|c: char| !c.is_whitespace()));
            (Token::Blank(blanks), behind)
        } else if is_word(first) {
            let (word, behind) = until(rest.find(|c| !is_word(c)));
            (Token::Word(word), behind)
        } else if matches!(first, '\'' | '`' | '"') {
            let (text, behind) = rest.split_at(quoted(rest, first));
            (Token::Other(text), behind)
        } else {
            let (sign, behind) = rest.split_at(first.len_utf8());
            (Token::Other(sign), behind)
        };
        tokens.push(token);
        rest = behind;
    }
    tokens
}

/// Length of the quoted text at the beginning of `text`. A doubled quote is read as two texts side by side, which changes nothing.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The tables that `migrations` create and a cluster spreads: those whose rows belong to an attempt. The others are small.
pub(crate) fn tables<'a>(migrations: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    migrations
        .into_iter()
        .filter_map(|sql| {
            let tokens = tokens(sql);
            let head = Head::of(&tokens)?;
            let is_spread = head.verb == Verb::CreateTable && tokens.contains(&Token::Word("attempt_id"));
            is_spread.then_some(head.object)
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    CreateTable,
    CreateView,
    AlterTable,
    DropView,
    DropTable,
    Truncate,
    Insert,
}

/// What a statement does, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head<'a> {
    verb: Verb,
    object: &'a str,
}

impl<'a> Head<'a> {
    fn of(tokens: &[Token<'a>]) -> Option<Self> {
        const FORMS: [(Verb, &[&str]); 7] = [
            (Verb::CreateTable, &["CREATE", "TABLE", "IF", "NOT", "EXISTS"]),
            (
                Verb::CreateView,
                &["CREATE", "MATERIALIZED", "VIEW", "IF", "NOT", "EXISTS"],
            ),
            (Verb::AlterTable, &["ALTER", "TABLE"]),
            (Verb::DropView, &["DROP", "VIEW", "IF", "EXISTS"]),
            (Verb::DropTable, &["DROP", "TABLE", "IF", "EXISTS"]),
            (Verb::Truncate, &["TRUNCATE", "TABLE", "IF", "EXISTS"]),
            (Verb::Insert, &["INSERT", "INTO"]),
        ];
        let words: Vec<&str> = tokens
            .iter()
            .filter(|token| !matches!(token, Token::Blank(_)))
            .map_while(|token| match token {
                Token::Word(word) => Some(*word),
                _ => None,
            })
            .take(7)
            .collect();
        FORMS.into_iter().find_map(|(verb, form)| {
            let object = *words.get(form.len())?;
            words.starts_with(form).then_some(Self { verb, object })
        })
    }
}

/// The statements that do on `cluster` what `sql` does on a single node, in their order; `None` when `sql` is of no known form.
/// `tables` are the names that [`tables`] found.
pub(crate) fn rendered(sql: &str, tables: &[&str], cluster: &str, database: &str) -> Option<Vec<String>> {
    let tokens = tokens(sql);
    let head = Head::of(&tokens)?;
    if head.verb == Verb::Insert {
        // Through the Distributed tables, which every node has: once for all shards.
        return Some(vec![sql.to_owned()]);
    }
    // The rows of a shard on its replicas; a table that is not spread on every node, whatever its shard.
    let place = if tables.contains(&head.object) {
        "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
    } else {
        WHOLE
    };
    let mut text = String::with_capacity(sql.len() + 256);
    let mut is_object_placed = false;
    // The last two tokens that mean something.
    let mut before = ["", ""];
    let mut remaining = tokens.iter().copied().peekable();
    while let Some(token) = remaining.next() {
        let names_a_table = matches!(before[1], "TABLE" | "EXISTS" | "TO" | "FROM" | "JOIN");
        let is_object = !is_object_placed && names_a_table && token == Token::Word(head.object);
        match token {
            Token::Word(word) if names_a_table && tables.contains(&word) => {
                text.push_str(&local(word));
                // Columns are named after the table, as on a single node.
                if matches!(before[1], "FROM" | "JOIN") {
                    text.push_str(&format!(" AS {word}"));
                }
            }
            Token::Word(engine) if before == ["ENGINE", "="] && engine.ends_with("MergeTree") => {
                text.push_str(&format!("Replicated{engine}({place}"));
                // The engine's own arguments come behind ours.
                if remaining.next_if_eq(&Token::Other("(")).is_some() {
                    text.push_str(", ");
                } else {
                    text.push(')');
                }
            }
            // What a replica fetches was acknowledged as well.
            Token::Word("non_replicated_deduplication_window") => text.push_str(&format!(
                "min_compressed_bytes_to_fsync_after_fetch = 1,\n    \
                 replicated_deduplication_window_seconds = {WINDOW_SECONDS}, replicated_deduplication_window"
            )),
            other => text.push_str(other.text()),
        }
        if is_object {
            text.push_str(&on_cluster(Some(cluster)));
            is_object_placed = true;
        }
        if !matches!(token, Token::Blank(_)) {
            before = [before[1], token.text()];
        }
    }
    let mut statements = vec![text];
    if tables.contains(&head.object) {
        statements.push(distributed(head.object, cluster, database));
    }
    Some(statements)
}

/// Makes or renews the table through which all shards are read and written. It holds no rows, so it may be replaced at any time.
fn distributed(table: &str, cluster: &str, database: &str) -> String {
    let local = local(table);
    format!(
        "CREATE OR REPLACE TABLE {table} ON CLUSTER '{cluster}' AS `{database}`.{local}\n\
         ENGINE = Distributed('{cluster}', '{database}', '{local}', {SHARDING_KEY})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: &[&str]) {
        let tables = ["beacons", "impressions"];
        assert_eq!(rendered(sql, &tables, "c", "d").unwrap(), expected);
    }

    #[test]
    fn texts_and_comments_stay_as_they_are() {
        check(
            "-- FROM beacons, it's said\nALTER TABLE beacons\n    MODIFY COLUMN cdn String COMMENT 'FROM beacons, isn''t it \\' TO beacons'",
            &[
                "-- FROM beacons, it's said\nALTER TABLE beacons_local ON CLUSTER 'c'\n    MODIFY COLUMN cdn String COMMENT 'FROM beacons, isn''t it \\' TO beacons'",
                "CREATE OR REPLACE TABLE beacons ON CLUSTER 'c' AS `d`.beacons_local\nENGINE = Distributed('c', 'd', 'beacons_local', cityHash64(attempt_id))",
            ],
        );
    }

    #[test]
    fn a_table_of_no_attempts_is_whole_everywhere_and_an_engine_keeps_its_arguments() {
        check(
            "CREATE TABLE IF NOT EXISTS other (name String) ENGINE = ReplacingMergeTree(version) ORDER BY name",
            &[
                "CREATE TABLE IF NOT EXISTS other ON CLUSTER 'c' (name String) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', version) ORDER BY name",
            ],
        );
    }

    #[test]
    fn a_view_is_changed_where_it_stands_and_reads_its_own_shard() {
        check(
            "ALTER TABLE impressions_from_beacons MODIFY QUERY SELECT max(beacons.play_ms) FROM beacons",
            &[
                "ALTER TABLE impressions_from_beacons ON CLUSTER 'c' MODIFY QUERY SELECT max(beacons.play_ms) FROM beacons_local AS beacons",
            ],
        );
        check(
            "DROP VIEW IF EXISTS impressions_from_beacons",
            &["DROP VIEW IF EXISTS impressions_from_beacons ON CLUSTER 'c'"],
        );
    }

    #[test]
    fn rows_are_copied_through_all_shards() {
        let sql = "INSERT INTO impressions SELECT * FROM beacons";
        check(sql, &[sql]);
    }

    #[test]
    fn an_unknown_form_is_refused() {
        for sql in [
            "RENAME TABLE beacons TO other",
            "DROP TABLE beacons",
            "CREATE TABLE beacons (a UInt8)",
            "OPTIMIZE TABLE beacons",
            "",
        ] {
            assert_eq!(rendered(sql, &["beacons"], "c", "d"), None, "{sql}");
        }
    }
}
