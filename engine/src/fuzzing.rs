//! What `fuzz/` calls: the reader of statements, with what must hold whatever it reads. It panics where it does not hold.

use bytes::Bytes;

use crate::request::{Statement, quote_identifier, quote_text};

/// A request: the URL's query on the first line, the body's content type on the second, then the body. What may only read stays so,
/// and quoting keeps a text in its quotes.
///
/// # Panics
/// Where that does not hold.
pub fn request(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (query, content_type) = (text(), text());
    let body = Bytes::copy_from_slice(parts.next().unwrap_or_default());
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for read_only in [false, true] {
        let statement = Statement::parse(pairs.clone(), Some(&content_type), None, body.clone(), read_only);
        if let Ok(statement) = statement {
            assert!(statement.read_only || !read_only, "a reader may write");
        }
    }
    for quoted in [quote_text(&query), quote_identifier(&query)] {
        let inner = &quoted[1..quoted.len() - 1];
        let quote = quoted.as_bytes()[0];
        let mut escaped = false;
        for byte in inner.bytes() {
            assert!(escaped || byte != quote, "{quoted} ends inside");
            escaped = !escaped && byte == b'\\';
        }
        assert!(!escaped, "{quoted} escapes its own end");
    }
}
