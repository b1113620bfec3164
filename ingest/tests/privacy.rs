//! What the door forgets: the viewer who asked not to be followed, and everybody's address.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use engine::testing::EngineProcess;
use serde_json::{Value, json};
use store::{Retention, Statement, Store, StoreConfig};
use support::{Door, answer, attempt, batch, beacon, folder, nowhere};

/// The tests' clock stands in 2025; no row may be too old for its table.
const FOR_EVER: Retention = Retention {
    beacons_days: 3_650,
    impressions_days: 3_650,
};

/// Files under `folder` that hold `needle`.
fn holding(folder: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else {
            match std::fs::read(&path) {
                Ok(bytes) if bytes.windows(needle.len()).any(|window| window == needle) => {
                    found.push(path.display().to_string());
                }
                // SQLite takes its log away when it likes; what is gone holds nothing.
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", path.display()),
                Ok(_) => {}
            }
        }
    }
    found
}

#[actix_web::test]
async fn who_asks_not_to_be_followed_leaves_no_identity_and_only_a_country() {
    let engine = EngineProcess::start();
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    store.migrate(&FOR_EVER).await.unwrap();
    let folder = folder();
    let door = Door::open(folder.path(), store.clone()).await;
    let post = async |number: u32, gpc: &str| {
        let mut beacon = beacon(number, 0);
        beacon["context"]["viewer_id"] = json!(format!("viewer-number-{number}"));
        let request = door
            .request()
            .header("Sec-GPC", gpc)
            .header("X-Geo-Country", "AT")
            .header("X-Geo-Region", "AT-9")
            .header("X-Geo-City", "Vienna")
            .header("X-Geo-Asn", "8447")
            .header("X-Geo-Isp", "Net");
        assert_eq!(answer(request.json(&batch(vec![beacon]))).await.0, 202);
    };
    post(1, "1").await;
    post(2, "0").await;
    // What was acknowledged is in the journal, the records as they are.
    assert_eq!(holding(folder.path(), b"viewer-number-1"), [] as [String; 0]);
    assert_eq!(
        holding(folder.path(), b"viewer-number-2").len(),
        1,
        "the search can find"
    );
    let until = Instant::now() + Duration::from_secs(30);
    while door.metric("beacons_stored_total") < 2.0 {
        assert!(Instant::now() < until, "{:?}", door.account());
        // The counter has no event to wait for.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for table in ["beacons", "impressions"] {
        let sql = format!(
            "SELECT attempt_id, viewer_id, country, region, city, asn, isp, custom['plan'] AS plan, play_ms FROM {table} ORDER BY attempt_id"
        );
        let rows: Vec<Value> = store.fetch(&Statement::new(sql)).await.unwrap();
        assert_eq!(
            json!(rows),
            json!([
                {"attempt_id": attempt(1), "viewer_id": "", "country": "AT", "region": "", "city": "", "asn": "", "isp": "",
                    "plan": "gold", "play_ms": 9_500},
                {"attempt_id": attempt(2), "viewer_id": "viewer-number-2", "country": "AT", "region": "AT-9", "city": "Vienna",
                    "asn": "8447", "isp": "Net", "plan": "gold", "play_ms": 9_500},
            ]),
            "{table}"
        );
    }
    door.close().await;
}

#[actix_web::test]
async fn no_address_reaches_the_disk_in_any_form() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let (v4, v6) = (
        [203u8, 0, 113, 77],
        std::net::Ipv6Addr::new(0x2001, 0xdb8, 7, 6, 5, 4, 3, 0x1f2e),
    );
    let forwarded = format!("203.0.113.77, {v6}");
    for (name, value) in [
        ("X-Forwarded-For", forwarded.as_str()),
        ("X-Forwarded-For", "203.0.113.77"),
        ("Forwarded", "for=203.0.113.77"),
        ("X-Real-Ip", "203.0.113.77"),
    ] {
        let request = door.request().header(name, value).json(&batch(vec![beacon(1, 0)]));
        assert_eq!(answer(request).await.0, 202);
    }
    door.close().await;
    let forms: [&[u8]; 5] = [
        b"203.0.113.77",
        v6.to_string().leak().as_bytes(),
        &v4,
        &[77, 113, 0, 203],
        &v6.octets(),
    ];
    for form in forms {
        assert_eq!(holding(folder.path(), form), [] as [String; 0], "{form:?}");
    }
    assert!(
        !holding(&folder.path().join("journal"), b"film").is_empty(),
        "the search can find"
    );
}

#[actix_web::test]
async fn an_allowed_origin_is_echoed_exactly_and_every_other_gets_nothing() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let key = door.license(&["*.example.com", "shop.test"], None).await;
    let allowed = [
        "https://tv.example.com",
        "http://tv.example.com",
        "https://a.b.example.com",
        "https://tv.example.com:8443",
        "https://shop.test",
        "https://SHOP.test",
    ];
    let refused = [
        "https://example.com",
        "https://evil-example.com",
        "https://example.com.evil",
        "https://tv.example.com.evil",
        "https://shop.test.evil:443",
        "https://evil.net:443.example.com",
        "https://evil.net#.example.com",
        "https://evil.net\\.example.com",
        "https://shop.test@evil.net",
        "https://evil.net@shop.test",
        "https://www.shop.test",
        "https://shop.test.",
        "https://.example.com",
        "https://shоp.test",
        "null",
        "*",
        "shop.test",
        "",
    ];
    let origins = allowed.iter().map(|origin| (origin, true));
    for (origin, is_allowed) in origins.chain(refused.iter().map(|origin| (origin, false))) {
        let url = format!("{}/v1/beacons?key={key}", door.url);
        let post = door.client.post(&url).json(&batch(vec![beacon(1, 0)]));
        let preflight = door
            .client
            .request(reqwest::Method::OPTIONS, &url)
            .header("Access-Control-Request-Method", "POST");
        for request in [post, preflight] {
            let answer = request.header("Origin", *origin).send().await.unwrap();
            let told = |name: &str| {
                answer
                    .headers()
                    .get_all(name)
                    .iter()
                    .map(|value| value.as_bytes().to_vec())
                    .collect::<Vec<_>>()
            };
            assert_eq!(answer.status().is_success(), is_allowed, "{origin} {}", answer.status());
            let (echo, vary) = (told("access-control-allow-origin"), told("vary"));
            if is_allowed {
                assert_eq!(
                    (echo, vary),
                    (vec![origin.as_bytes().to_vec()], vec![b"Origin".to_vec()]),
                    "{origin}"
                );
            } else {
                assert_eq!((answer.status().as_u16(), echo.len()), (403, 0), "{origin}");
            }
            assert_eq!(told("access-control-allow-credentials").len(), 0, "{origin}");
        }
    }
    door.close().await;
}
