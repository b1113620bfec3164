//! What watches tells others over TLS: whom the machine trusts hears of it, signed; whom it does not hears nothing, and the log of deliveries says why.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{path::Path, sync::Arc, time::Duration};

use reqwest::StatusCode;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::{Value, json};
use tests::stack::Stack;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

/// Longer than a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver at `https://localhost` with a certificate of its own.
struct Receiver {
    url: String,
    certificate: String,
    /// Requests, whole.
    heard: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/hook", listener.local_addr().unwrap().port());
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not trust us leaves in the middle of the handshake.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = Vec::new();
                while !is_whole(&request) {
                    if stream.read_buf(&mut request).await.unwrap() == 0 {
                        break;
                    }
                }
                tell.send(String::from_utf8(request).unwrap()).unwrap();
                let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self {
            url,
            certificate: made.cert.pem(),
            heard,
        }
    }

    fn write_certificate(&self, path: &Path) {
        std::fs::write(path, &self.certificate).unwrap();
    }
}

/// Whether head and body of a request are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = header(head, "content-length").map_or(0, |length| length.parse().unwrap());
    body.len() >= length
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value)
}

/// Makes a rule that tells `url`, has it tell a test, and gives the path of its deliveries.
async fn tell(stack: &Stack, url: &str) -> String {
    let post = async |path: &str, body: &Value| {
        let sent = stack
            .client
            .post(stack.url(path))
            .header("X-Api-Key", &stack.keys.api_key)
            .json(body);
        let answer = sent.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let rule = json!({"name": "idle", "metric": "attempts", "condition": {"below": 1}, "webhook": {"url": url}});
    let (status, made) = post("/v1/analytics/alerts", &rule).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!(
        "/v1/analytics/alerts/{}",
        made["data"]["result"]["id"].as_str().unwrap()
    );
    let (status, sent) = post(&format!("{path}/test"), &Value::Null).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{sent}");
    format!("{path}/deliveries")
}

/// The latest delivery, once `is_so`.
async fn delivery(stack: &Stack, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let looking = async {
        loop {
            let sent = stack
                .client
                .get(stack.url(path))
                .header("X-Api-Key", &stack.keys.api_key);
            let answer: Value = sent.send().await.unwrap().json().await.unwrap();
            let latest = answer["data"]["result"]["deliveries"][0].clone();
            if is_so(&latest) {
                return latest;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap()
}

#[tokio::test]
async fn a_webhook_over_tls_is_told_when_its_certificate_is_trusted_and_never_when_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (mut trusted, mut stranger) = (Receiver::start().await, Receiver::start().await);
    let roots = folder.path().join("roots.pem");
    trusted.write_certificate(&roots);
    let environment = [
        ("SSL_CERT_FILE", roots.to_str().unwrap()),
        ("PLAYHEAD_WEBHOOK_ALLOW", "127.0.0.0/8,::1/128"),
    ];
    let stack = Stack::start_apart_with(&[], &environment).await.unwrap();

    let path = tell(&stack, &trusted.url).await;
    let heard = tokio::time::timeout(PATIENCE, trusted.heard.recv())
        .await
        .unwrap()
        .unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook HTTP/1.1"), "{head}");
    assert!(header(head, "webhook-signature").unwrap().starts_with("v1,"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["type"], "alert.test");
    let told = delivery(&stack, &path, |latest| !latest["deliveredAt"].is_null()).await;
    assert_eq!(
        (&told["tries"], &told["outcome"]),
        (&json!(1), &json!("204 No Content"))
    );

    let path = tell(&stack, &stranger.url).await;
    let refused = delivery(&stack, &path, |latest| latest["tries"] == 1).await;
    assert_eq!(refused["deliveredAt"], Value::Null);
    let why = refused["outcome"].as_str().unwrap();
    assert!(why.contains("certificate"), "{why}");
    assert!(stranger.heard.try_recv().is_err(), "nothing was sent to it");
}
