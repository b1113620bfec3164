//! A road to the engine that breaks where a test says so. Everything else passes through to the real one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Bytes},
};

/// What happens to an insert.
pub enum Fault {
    /// It passes.
    None,
    /// It is refused as unparsable, without reaching the engine.
    Refuse,
    /// It reaches the engine, whose answer is replaced by a gateway's error.
    LoseAnswer,
}

pub struct Proxy {
    pub url: String,
    inserts: Arc<AtomicUsize>,
    server: actix_web::dev::ServerHandle,
}

/// Chooses what happens to an insert, by its body and its number.
type Choice = dyn Fn(&[u8], usize) -> Fault + Send + Sync;

struct Road {
    engine: String,
    client: reqwest::Client,
    inserts: Arc<AtomicUsize>,
    fault: Box<Choice>,
}

impl Proxy {
    /// Opens a road to `engine`; `fault` is asked for each insert, with its body and its number from 0.
    pub fn start(engine: &str, fault: impl Fn(&[u8], usize) -> Fault + Send + Sync + 'static) -> Self {
        let inserts = Arc::new(AtomicUsize::new(0));
        let road = web::Data::new(Road {
            engine: engine.to_owned(),
            client: reqwest::Client::new(),
            inserts: Arc::clone(&inserts),
            fault: Box::new(fault),
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(road.clone())
                .app_data(web::PayloadConfig::new(64 << 20))
                .default_service(web::to(pass))
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            url,
            inserts,
            server: handle,
        }
    }

    /// How many inserts came by.
    pub fn inserts(&self) -> usize {
        self.inserts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The future only waits for the end; the order is given at once.
        drop(self.server.stop(false));
    }
}

async fn pass(request: HttpRequest, body: Bytes, road: web::Data<Road>) -> HttpResponse {
    let fault = if request.query_string().contains("INSERT") {
        (road.fault)(&body, road.inserts.fetch_add(1, Ordering::Relaxed))
    } else {
        Fault::None
    };
    if matches!(fault, Fault::Refuse) {
        return HttpResponse::BadRequest()
            .insert_header(("X-ClickHouse-Exception-Code", "53"))
            .body("Code: 53. DB::Exception: Type mismatch. (TYPE_MISMATCH)");
    }
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
    let mut onward = road
        .client
        .request(method, format!("{}{}", road.engine, request.uri()))
        .body(body);
    for (name, value) in request.headers() {
        if !["host", "content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            onward = onward.header(name.as_str(), value.as_bytes());
        }
    }
    let answer = onward.send().await.unwrap();
    if matches!(fault, Fault::LoseAnswer) {
        return HttpResponse::BadGateway().body("the road is broken");
    }
    let mut response = HttpResponse::build(actix_web::http::StatusCode::from_u16(answer.status().as_u16()).unwrap());
    for (name, value) in answer.headers() {
        if !["content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            response.insert_header((name.as_str(), value.as_bytes()));
        }
    }
    response.body(answer.bytes().await.unwrap())
}
