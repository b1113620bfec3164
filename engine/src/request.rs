//! What an HTTP request asks of the engine. Pure: text and bytes in, a [`Statement`] out.
//!
//! The subset is that of the `clickhouse` crate 0.15, clickhouse-connect, @clickhouse/client and curl: text in the body
//! or in `query`, both joined when both are there, rows behind an `INSERT`, `param_*` in the URL or as form fields.

use bytes::Bytes;

/// ClickHouse's `NOT_IMPLEMENTED`.
const NOT_IMPLEMENTED: i32 = 48;
/// ClickHouse's `BAD_ARGUMENTS`.
const BAD_ARGUMENTS: i32 = 36;
/// ClickHouse's `SYNTAX_ERROR`.
const SYNTAX_ERROR: i32 = 62;
/// ClickHouse's `UNKNOWN_EXCEPTION`: an error text that carries no code.
const UNKNOWN_EXCEPTION: i32 = 1002;

/// What goes back to whoever asked: ClickHouse's own error, or ours in its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    /// ClickHouse's error code.
    pub code: i32,
    /// The whole text, `Code: 60. DB::Exception: …`.
    pub text: String,
}

impl Exception {
    /// An exception of our own.
    pub(crate) fn new(code: i32, words: &str) -> Self {
        Self {
            code,
            text: format!("Code: {code}. DB::Exception: {words}"),
        }
    }

    /// The engine's own text, with its code read from it.
    pub(crate) fn from_text(text: String) -> Self {
        let code = text.find("Code: ").and_then(|at| {
            let rest = &text[at + "Code: ".len()..];
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse().ok()
        });
        match code {
            Some(code) => Self { code, text },
            None => Self::new(UNKNOWN_EXCEPTION, &text),
        }
    }

    /// The HTTP status ClickHouse gives this code, as far as clients look at it.
    pub(crate) fn status(&self) -> u16 {
        match self.code {
            // Syntax, arguments, types, missing or unparsable values.
            6 | 8 | 10 | 16 | 20 | 26 | 27 | 36 | 38 | 41 | 42 | 43 | 44 | 46 | 47 | 53 | 62 | 69 | 72 | 73 | 115
            | 117 | 130 | 386 | 456 | 457 => 400,
            164 | 497 => 403,
            60 | 81 => 404,
            307 | 396 => 413,
            48 => 501,
            202 => 503,
            _ => 500,
        }
    }
}

/// Rows for an `INSERT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Data {
    /// Their format.
    pub format: String,
    /// The rows.
    pub rows: Bytes,
}

/// One statement with everything it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its text; for an `INSERT` with [`Self::data`] without `FORMAT` clause and rows.
    pub sql: Bytes,
    /// Rows to insert.
    pub data: Option<Data>,
    /// The answer's format, unless the text names another.
    pub format: String,
    /// The database it runs in.
    pub database: Option<String>,
    /// Settings for this statement alone.
    pub settings: Vec<(String, String)>,
    /// Values for `{name:Type}` places, in ClickHouse's escaped form.
    pub params: Vec<(String, String)>,
    /// Whether it may only read.
    pub read_only: bool,
}

impl Statement {
    /// Reads a request.
    ///
    /// `pairs` are the URL's parameters, decoded; `content_type` the body's; `read_only` is set for GET.
    pub(crate) fn parse(
        pairs: Vec<(String, String)>,
        content_type: Option<&str>,
        format_header: Option<&str>,
        body: Bytes,
        read_only: bool,
    ) -> Result<Self, Exception> {
        let mut statement = Self {
            sql: Bytes::new(),
            data: None,
            format: format_header.unwrap_or("TabSeparated").to_owned(),
            database: None,
            settings: Vec::new(),
            params: Vec::new(),
            read_only,
        };
        let mut query = String::new();
        for (name, value) in pairs {
            if let Some(param) = name.strip_prefix("param_") {
                set(&mut statement.params, param, value);
                continue;
            }
            match name.as_str() {
                "query" => query = value,
                "database" => statement.database = (!value.is_empty()).then_some(value),
                "default_format" => statement.format = value,
                "readonly" => statement.read_only |= value != "0",
                "compress" | "decompress" if value == "0" => {}
                "compress" | "decompress" => {
                    return Err(Exception::new(
                        NOT_IMPLEMENTED,
                        "the embedded engine neither compresses nor decompresses; switch compression off in the client (NOT_IMPLEMENTED)",
                    ));
                }
                // No users, no sessions, no streaming of progress: the answer is the same without.
                "user"
                | "password"
                | "quota_key"
                | "query_id"
                | "session_id"
                | "session_timeout"
                | "session_check"
                | "client_protocol_version"
                | "enable_http_compression"
                | "buffer_size"
                | "wait_end_of_query"
                | "send_progress_in_http_headers"
                | "http_headers_progress_interval_ms"
                | "stacktrace"
                | "close_session" => {}
                "role" => {
                    return Err(Exception::new(
                        NOT_IMPLEMENTED,
                        "the embedded engine has no roles (NOT_IMPLEMENTED)",
                    ));
                }
                _ if is_identifier(&name) => set(&mut statement.settings, &name, value),
                _ => {
                    return Err(Exception::new(
                        BAD_ARGUMENTS,
                        &format!("{name:?} is no name of a setting (BAD_ARGUMENTS)"),
                    ));
                }
            }
        }
        let body = match content_type.and_then(multipart_boundary) {
            None => body,
            Some(boundary) => {
                for (name, value) in multipart_fields(&body, &boundary)? {
                    if name == "query" {
                        query.push_str(&value);
                    } else if let Some(param) = name.strip_prefix("param_") {
                        set(&mut statement.params, param, value);
                    } else {
                        return Err(Exception::new(
                            NOT_IMPLEMENTED,
                            &format!("the form field {name:?}: only query and param_* are read (NOT_IMPLEMENTED)"),
                        ));
                    }
                }
                Bytes::new()
            }
        };
        statement.set_text(query, body)?;
        Ok(statement)
    }

    /// `query` and `body` are one text, in which rows may stand behind an `INSERT … FORMAT x`.
    fn set_text(&mut self, query: String, body: Bytes) -> Result<(), Exception> {
        if query.trim().is_empty() {
            match insert_clause(&body) {
                Some(clause) => {
                    let rows = body.slice(rows_begin(&body, clause.format_end)..);
                    self.sql = body.slice(..clause.format_begin);
                    self.data = Some(Data {
                        format: clause.format,
                        rows,
                    });
                }
                None => self.sql = body,
            }
        } else {
            let query = Bytes::from(query.into_bytes());
            match insert_clause(&query) {
                Some(clause) => {
                    let inline = query.slice(rows_begin(&query, clause.format_end)..);
                    self.sql = query.slice(..clause.format_begin);
                    let rows = if inline.is_empty() {
                        body
                    } else {
                        concat(&inline, b"", &body)
                    };
                    self.data = Some(Data {
                        format: clause.format,
                        rows,
                    });
                }
                None => {
                    self.sql = if body.is_empty() {
                        query
                    } else {
                        concat(&query, b"\n", &body)
                    }
                }
            }
        }
        if self.sql.iter().all(u8::is_ascii_whitespace) {
            return Err(Exception::new(SYNTAX_ERROR, "empty query (SYNTAX_ERROR)"));
        }
        Ok(())
    }
}

fn concat(a: &[u8], between: &[u8], b: &[u8]) -> Bytes {
    Bytes::from([a, between, b].concat())
}

/// Gives `name` its value; the last one counts.
fn set(pairs: &mut Vec<(String, String)>, name: &str, value: String) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some(pair) => pair.1 = value,
        None => pairs.push((name.to_owned(), value)),
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `text` as a string literal.
pub(crate) fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// `name` as an identifier.
pub(crate) fn quote_identifier(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// The `FORMAT x` of an `INSERT` that carries rows.
#[derive(Debug, PartialEq, Eq)]
struct InsertClause {
    format: String,
    format_begin: usize,
    format_end: usize,
}

/// Finds the `FORMAT` clause of an `INSERT` whose rows follow it. None for every other statement, for `INSERT … SELECT`,
/// `INSERT … VALUES` and `INSERT … FROM INFILE`, all of which the engine reads whole.
fn insert_clause(text: &[u8]) -> Option<InsertClause> {
    let mut words = Words { text, at: 0, depth: 0 };
    if !words.next()?.is(b"INSERT") {
        return None;
    }
    loop {
        let word = words.next()?;
        if word.is(b"SELECT") || word.is(b"WITH") || word.is(b"VALUES") || word.is(b"INFILE") {
            return None;
        }
        if word.is(b"FORMAT") {
            let name = words.next()?;
            if name.is(b"VALUES") {
                return None;
            }
            return Some(InsertClause {
                format: String::from_utf8_lossy(name.bytes).into_owned(),
                format_begin: word.begin,
                format_end: name.begin + name.bytes.len(),
            });
        }
    }
}

/// Rows begin behind the blanks and the one line break after the format's name.
fn rows_begin(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while matches!(text.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    match (text.get(at), text.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + 2,
        (Some(b'\n'), _) => at + 1,
        // `… FORMAT x;` with nothing behind it.
        (Some(b';'), None) => at + 1,
        _ => at,
    }
}

struct Word<'a> {
    bytes: &'a [u8],
    begin: usize,
}

impl Word<'_> {
    fn is(&self, keyword: &[u8]) -> bool {
        self.bytes.eq_ignore_ascii_case(keyword)
    }
}

/// The bare words of a statement outside of parentheses, comments and quotes.
struct Words<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Words<'a> {
    fn skip_past(&mut self, needle: &[u8]) {
        let rest = &self.text[self.at..];
        self.at += rest
            .windows(needle.len())
            .position(|window| window == needle)
            .map_or(rest.len(), |found| found + needle.len());
    }

    fn next(&mut self) -> Option<Word<'a>> {
        loop {
            let rest = &self.text[self.at..];
            match *rest.first()? {
                b'-' if rest.starts_with(b"--") => self.skip_past(b"\n"),
                b'#' => self.skip_past(b"\n"),
                b'/' if rest.starts_with(b"/*") => self.skip_past(b"*/"),
                quote @ (b'\'' | b'"' | b'`') => {
                    self.at += 1;
                    while let Some(&byte) = self.text.get(self.at) {
                        self.at += if byte == b'\\' { 2 } else { 1 };
                        if byte == quote {
                            break;
                        }
                    }
                    self.at = self.at.min(self.text.len());
                }
                b'(' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let length = rest
                        .iter()
                        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
                        .unwrap_or(rest.len());
                    let begin = self.at;
                    self.at += length;
                    if self.depth == 0 {
                        return Some(Word {
                            bytes: &rest[..length],
                            begin,
                        });
                    }
                }
                // A digit begins a number, whose letters are no word.
                byte if byte.is_ascii_digit() => {
                    self.at += rest
                        .iter()
                        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
                        .unwrap_or(rest.len());
                }
                _ => self.at += 1,
            }
        }
    }
}

/// The boundary of `multipart/form-data; boundary=…`.
fn multipart_boundary(content_type: &str) -> Option<String> {
    let mut parts = content_type.split(';');
    if !parts.next()?.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parts
        .find_map(|part| part.trim().strip_prefix("boundary="))
        .map(|boundary| boundary.trim_matches('"').to_owned())
}

/// The fields of a form, in order.
fn multipart_fields(body: &[u8], boundary: &str) -> Result<Vec<(String, String)>, Exception> {
    let bad = |words: &str| Exception::new(BAD_ARGUMENTS, &format!("multipart/form-data: {words} (BAD_ARGUMENTS)"));
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter may stand without the line break before it.
    let mut rest = body
        .strip_prefix(&delimiter.as_bytes()[2..])
        .ok_or_else(|| bad("does not begin with its boundary"))?;
    let mut fields = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(fields);
        }
        let part = rest
            .strip_prefix(b"\r\n")
            .ok_or_else(|| bad("a boundary is not followed by a line"))?;
        let head_end = find(part, b"\r\n\r\n").ok_or_else(|| bad("a field has no end of its headers"))?;
        let head = std::str::from_utf8(&part[..head_end]).map_err(|_| bad("a field's headers are no UTF-8"))?;
        let content = &part[head_end + 4..];
        let end = find(content, delimiter.as_bytes()).ok_or_else(|| bad("its last boundary is missing"))?;
        let name = head
            .split("\r\n")
            .find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))
            .and_then(|line| line.split(';').find_map(|part| part.trim().strip_prefix("name=")))
            .ok_or_else(|| bad("a field has no name"))?;
        let value = std::str::from_utf8(&content[..end]).map_err(|_| bad("a field is no UTF-8"))?;
        fields.push((name.trim_matches('"').to_owned(), value.to_owned()));
        rest = &content[end + delimiter.len()..];
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &[(&str, &str)], content_type: Option<&str>, body: &[u8]) -> Result<Statement, Exception> {
        let pairs = url
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Statement::parse(pairs, content_type, None, Bytes::copy_from_slice(body), false)
    }

    #[test]
    fn rows_are_parted_from_the_insert_they_follow() {
        for (query, body) in [
            ("INSERT INTO t(a) FORMAT RowBinary", b"\0\nrows".as_slice()),
            ("", b"INSERT INTO t(a) FORMAT RowBinary\n\0\nrows"),
            ("", b"INSERT INTO t(a) FORMAT RowBinary \r\n\0\nrows"),
        ] {
            let statement = parse(&[("query", query)], None, body).unwrap();
            assert_eq!(statement.sql.trim_ascii(), b"INSERT INTO t(a)", "{query}");
            let data = statement.data.unwrap();
            assert_eq!(
                (data.format.as_str(), &data.rows[..]),
                ("RowBinary", &b"\0\nrows"[..]),
                "{query}"
            );
        }
    }

    #[test]
    fn only_an_insert_with_a_format_carries_rows() {
        for text in [
            "SELECT 1 FORMAT JSON",
            "INSERT INTO t SELECT 1 FORMAT RowBinary",
            "INSERT INTO t VALUES ('FORMAT RowBinary')",
            "INSERT INTO t(a) FORMAT Values (1)",
            "INSERT INTO t -- FORMAT RowBinary\n VALUES (1)",
            "INSERT INTO t /* FORMAT RowBinary */ VALUES (1)",
            "INSERT INTO `FORMAT RowBinary` VALUES (1)",
            "INSERT INTO t (FORMAT) VALUES (1)",
        ] {
            let statement = parse(&[], None, text.as_bytes()).unwrap();
            assert_eq!(statement.data, None, "{text}");
            assert_eq!(&statement.sql[..], text.as_bytes());
        }
        let statement = parse(
            &[],
            None,
            b"-- a comment\ninsert into `we\\`ird`.\"t\" (`FORMAT`) settings x='y' format TSV\n1",
        )
        .unwrap();
        assert_eq!(statement.data.unwrap().rows, "1");
    }

    #[test]
    fn a_form_carries_the_query_and_its_values() {
        let body = b"--B\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT {a:String}\r\n--B\r\nContent-Disposition: form-data; name=\"param_a\"\r\n\r\nx\r\n\r\ny\r\n--B--\r\n";
        let statement = parse(&[("max_threads", "1")], Some("multipart/form-data; boundary=B"), body).unwrap();
        assert_eq!(&statement.sql[..], b"SELECT {a:String}");
        assert_eq!(statement.params, [("a".to_owned(), "x\r\n\r\ny".to_owned())]);
        assert_eq!(statement.settings, [("max_threads".to_owned(), "1".to_owned())]);
        assert!(parse(&[], Some("multipart/form-data; boundary=C"), body).is_err());
        assert!(parse(&[], Some("multipart/form-data; boundary=B"), &body[..body.len() - 6]).is_err());
    }

    #[test]
    fn a_setting_must_be_a_name() {
        let error = parse(&[("a='b', c", "1")], None, b"SELECT 1").unwrap_err();
        assert_eq!(error.code, BAD_ARGUMENTS);
        assert_eq!(quote_text("a'b\\"), "'a\\'b\\\\'");
    }

    #[test]
    fn compression_is_refused_in_words() {
        let error = parse(&[("decompress", "1")], None, b"").unwrap_err();
        assert_eq!((error.code, error.status()), (NOT_IMPLEMENTED, 501));
        assert!(error.text.contains("switch compression off"), "{}", error.text);
    }
}
