//! Requests as an attacker writes them, byte by byte to the real server: nothing in a body is ever taken for a second
//! request, and nobody can hold the server by sending slowly or too much.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use tests::stack::Stack;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Longer than every bound of the server in these tests.
const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(stack: &Stack) -> TcpStream {
    TcpStream::connect(stack.keys.url.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// Sends `bytes` and reads until the server closes the connection. None when it keeps it open.
async fn until_closed(stack: &Stack, bytes: &[u8]) -> Option<String> {
    let mut stream = connect(stack).await;
    // The server may close while we still write.
    let _ = stream.write_all(bytes).await;
    read_to_end(&mut stream, PATIENCE).await
}

async fn read_to_end(stream: &mut TcpStream, patience: Duration) -> Option<String> {
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = timeout(patience, stream.read_to_end(&mut answer)).await.ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn statuses(answer: &str) -> Vec<u16> {
    answer
        .match_indices("HTTP/1.1 ")
        .map(|(at, word)| answer[at + word.len()..][..3].parse().unwrap())
        .collect()
}

const SMUGGLED: &str = "GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn nothing_in_a_body_is_taken_for_a_request() {
    let stack = Stack::start().await.unwrap();
    let target = format!("/v1/beacons?key={}", stack.keys.license_key);
    let post =
        |headers: &str, body: &str| format!("POST {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}{SMUGGLED}");
    let many: String = (0..101).map(|number| format!("X-H-{number}: 1\r\n")).collect();
    let huge = format!("X-Huge: {}\r\n", "a".repeat(200_000));
    let length = |text: &str| format!("Content-Length: {text}\r\n");
    let chunked = "Transfer-Encoding: chunked\r\n";
    let cases = [
        ("length and chunked", post(&(length("5") + chunked), "0\r\n\r\n")),
        (
            "chunked and length",
            post(&(chunked.to_owned() + &length("5")), "0\r\n\r\n"),
        ),
        ("two lengths", post(&(length("0") + &length("40")), "")),
        ("a list of lengths", post(&length("0, 40"), "")),
        ("a length with a sign", post(&length("+0"), "")),
        ("a negative length", post(&length("-1"), "")),
        ("a length beyond 64 bits", post(&length("18446744073709551616"), "")),
        (
            "an unknown coding",
            post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ),
        (
            "chunked not last",
            post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ),
        ("chunked twice", post(&chunked.repeat(2), "0\r\n\r\n")),
        (
            "a space before the colon",
            post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        ),
        (
            "a folded header",
            post("X-A: b\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ),
        ("a NUL in a header", post("X-A: b\0c\r\n", "")),
        (
            "a bare CR in a header",
            post("X-A: b\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ),
        ("a chunk beyond 64 bits", post(chunked, "10000000000000000\r\n")),
        ("a chunk with a prefix", post(chunked, "0x0\r\n\r\n")),
        ("a chunk with a sign", post(chunked, "-1\r\n\r\n")),
        ("a chunk ended by a bare LF", post(chunked, "0\n\r\n")),
        ("101 headers", post(&many, "")),
        ("a huge header", post(&huge, "")),
        (
            "a huge target",
            format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n{SMUGGLED}", "a".repeat(200_000)),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, bytes) in &cases {
        match until_closed(&stack, bytes.as_bytes()).await {
            None => wrong.push(format!("{name}: the connection stays open")),
            Some(answer) => {
                let statuses = statuses(&answer);
                println!("{name}: {statuses:?}");
                // No answer: the head was fine and the body was not, so the connection just ends.
                if statuses.len() > 1 || statuses.iter().any(|status| ![400, 413, 414, 431].contains(status)) {
                    wrong.push(format!("{name}: {statuses:?}"));
                }
                if answer.contains("smuggled") {
                    wrong.push(format!("{name}: the body was taken for a request\n{answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    // The other side: a body that looks like a request is a body, and an honest pipeline is answered in order.
    let body = post(&(length(&SMUGGLED.len().to_string()) + "Connection: close\r\n"), "");
    assert_eq!(statuses(&until_closed(&stack, body.as_bytes()).await.unwrap()), [400]);
    let two = "GET /v1/health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = until_closed(&stack, two.as_bytes()).await.unwrap();
    assert_eq!(
        statuses(&answer),
        [200, 404],
        "the search for a second request can find one"
    );
    assert!(answer.contains("smuggled"));
}

#[tokio::test]
async fn nobody_holds_a_connection_by_being_slow() {
    let bounds = [
        ("PLAYHEAD_REQUEST_HEAD_SECONDS", "1"),
        ("PLAYHEAD_KEEP_ALIVE_SECONDS", "2"),
    ];
    let stack = Stack::start_apart_with(&[], &bounds).await.unwrap();
    // A head that comes drop by drop.
    let begun = Instant::now();
    let (mut reader, mut writer) = connect(&stack).await.into_split();
    let dripping = tokio::spawn(async move {
        let _ = writer.write_all(b"GET / HTTP/1.1\r\n").await;
        let mut drops = tokio::time::interval(Duration::from_millis(100));
        loop {
            drops.tick().await;
            if writer.write_all(b"X: 1\r\n").await.is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, reader.read_to_end(&mut answer))
        .await
        .expect("the connection ends");
    dripping.abort();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.is_empty() || statuses(&answer) == [408], "{answer}");
    let took = begun.elapsed();
    println!("a slow head ended after {took:?}");
    // The server looks at its clock twice a second; that it ended at all was waited for above.
    assert!(took >= Duration::from_millis(500), "{took:?}");

    // A connection on which nothing more is asked.
    let begun = Instant::now();
    let answer = until_closed(&stack, b"GET /v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(statuses(&answer.expect("the connection ends")), [200]);
    let took = begun.elapsed();
    println!("an idle connection ended after {took:?}");
    assert!(took >= Duration::from_millis(1_000), "{took:?}");
}

#[tokio::test]
async fn connections_are_bounded_and_a_waiting_one_gets_its_turn() {
    let stack = Stack::start_apart_with(&[], &[("PLAYHEAD_CONNECTIONS_MAX", "2")])
        .await
        .unwrap();
    let mut open = Vec::new();
    let mut waiting = loop {
        assert!(open.len() < 1_000, "every connection was taken");
        let mut stream = connect(&stack).await;
        stream
            .write_all(b"GET /v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        match timeout(Duration::from_secs(1), stream.read_exact(&mut first)).await {
            Ok(read) => {
                read.unwrap();
                open.push(stream);
            }
            Err(_) => break stream,
        }
    };
    println!("{} connections were taken", open.len());
    drop(open);
    let mut first = [0; 12];
    timeout(PATIENCE, waiting.read_exact(&mut first))
        .await
        .expect("its turn")
        .unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_take_it() {
    let stack = Stack::start().await.unwrap();
    let ask = async |path: &str, accepted: &str| {
        let request = stack
            .client
            .get(stack.url(path))
            .header("X-Api-Key", &stack.keys.api_key);
        let answer = request.header("Accept-Encoding", accepted).send().await.unwrap();
        let encoding = answer.headers().get("content-encoding").cloned();
        (encoding, answer)
    };
    let path = "/v1/analytics/metrics";
    let (none, plain) = ask(path, "identity").await;
    let (gzip, packed) = ask(path, "gzip, deflate, br").await;
    assert_eq!((none, gzip.unwrap()), (None, "gzip".parse().unwrap()));
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    let (plain, packed) = (plain.bytes().await.unwrap(), packed.bytes().await.unwrap());
    assert!(
        packed.len() * 3 < plain.len(),
        "{} of {} bytes",
        packed.len(),
        plain.len()
    );
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
    let data = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["data"]["result"].clone();
    assert_eq!(data(&unpacked), data(&plain));
    // Events would wait in the compressor.
    let (none, live) = ask("/v1/analytics/live?metrics=attempts", "gzip").await;
    assert_eq!((none, live.status().as_u16()), (None, 200));
}
