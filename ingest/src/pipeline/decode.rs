//! From the body as sent to plain bytes: `Content-Encoding` undone, never beyond the limit, so that a bomb stops at the limit too.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use envelope::{ApiError, ErrorCode};
use schemas::limits::BODY_BYTES_MAX;

/// `body` without its `encoding` (the header's value).
pub(crate) fn decode<'a>(body: &'a [u8], encoding: Option<&str>) -> Result<Cow<'a, [u8]>, ApiError> {
    match encoding.map(str::trim) {
        None | Some("" | "identity") => Ok(Cow::Borrowed(body)),
        Some(name) if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
            read_bounded(flate2::read::MultiGzDecoder::new(body), "gzip").map(Cow::Owned)
        }
        Some(name) if name.eq_ignore_ascii_case("br") => {
            // 4 KiB of input at a time; the decoder's own ring buffer grows with what the stream declares, at most 16 MiB.
            read_bounded(brotli_decompressor::Decompressor::new(body, 4096), "br").map(Cow::Owned)
        }
        Some(other) => Err(ApiError::new(ErrorCode::UnsupportedMediaType).detail(
            "Content-Encoding",
            format!("encoding {:?} is not understood; gzip, br or none are", shorten(other)),
        )),
    }
}

fn read_bounded(decoder: impl Read, name: &str) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a body at the limit from one beyond it.
    let read = decoder.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > BODY_BYTES_MAX {
        return Err(too_large("after decompression"));
    }
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let text = match error.kind() {
                io::ErrorKind::UnexpectedEof => format!("the {name} stream ends too early"),
                _ => format!("the body is no {name} stream: {error}"),
            };
            Err(ApiError::new(ErrorCode::MalformedBody)
                .developer(text.clone())
                .detail("body", text))
        }
    }
}

/// The answer to a body beyond the limit.
pub(crate) fn too_large(when: &str) -> ApiError {
    ApiError::new(ErrorCode::BodyTooLarge)
        .detail("body", format!("the body is larger than {BODY_BYTES_MAX} bytes {when}"))
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        brotli::CompressorWriter::new(&mut out, 4096, 5, 22)
            .write_all(bytes)
            .unwrap();
        out
    }

    fn code(body: &[u8], encoding: &str) -> Result<Vec<u8>, ErrorCode> {
        decode(body, Some(encoding))
            .map(Cow::into_owned)
            .map_err(|error| error.code())
    }

    #[test]
    fn what_was_compressed_comes_back() {
        let text = b"{\"a\":1}".repeat(1_000);
        assert_eq!(decode(&text, None).unwrap(), &text[..]);
        assert_eq!(code(&gzip(&text), "gzip").unwrap(), text);
        assert_eq!(code(&gzip(&text), "GZip").unwrap(), text);
        assert_eq!(code(&brotli(&text), "br").unwrap(), text);
        let limit = vec![b' '; BODY_BYTES_MAX];
        assert_eq!(code(&gzip(&limit), "gzip").unwrap().len(), BODY_BYTES_MAX);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = vec![0; 100 << 20];
        for (bytes, encoding) in [(gzip(&bomb), "gzip"), (brotli(&bomb), "br")] {
            assert!(bytes.len() < 200_000, "the bomb itself is small");
            assert_eq!(code(&bytes, encoding), Err(ErrorCode::BodyTooLarge));
        }
    }

    #[test]
    fn a_broken_stream_is_malformed_and_an_unknown_encoding_unsupported() {
        assert_eq!(code(b"rubbish", "gzip"), Err(ErrorCode::MalformedBody));
        assert_eq!(code(b"rubbish", "br"), Err(ErrorCode::MalformedBody));
        let cut = gzip(&[b'x'; 10_000]);
        assert_eq!(code(&cut[..cut.len() / 2], "gzip"), Err(ErrorCode::MalformedBody));
        assert_eq!(code(b"", "zstd"), Err(ErrorCode::UnsupportedMediaType));
    }
}
