//! The built web parts as the server hands them out: dashboard, collector, player page.

use std::{
    io::ErrorKind,
    path::{Component, Path, PathBuf},
};

use actix_files::{Files, NamedFile};
use actix_web::{
    HttpRequest, HttpResponse, Responder, guard,
    http::header::{
        AcceptEncoding, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentEncoding, Encoding, Header, HeaderValue,
        LOCATION, VARY, X_CONTENT_TYPE_OPTIONS,
    },
    middleware::DefaultHeaders,
    web::{self, ServiceConfig},
};
use envelope::{ApiError, ErrorCode};

/// Where the built web parts lie.
#[derive(Debug, Clone)]
pub struct Web {
    dashboard: PathBuf,
    collector: PathBuf,
    player: PathBuf,
}

impl Web {
    /// The parts below `root`, or below the first folder above the program or the current folder that has them.
    pub fn find(root: Option<&Path>) -> Option<Self> {
        let starts = [std::env::current_exe().ok(), std::env::current_dir().ok()];
        let above = starts.iter().flatten().flat_map(|start| start.ancestors());
        let candidates: Vec<&Path> = root.map_or_else(|| above.collect(), |root| vec![root]);
        candidates
            .into_iter()
            .map(Self::below)
            .find(|web| web.dashboard.is_dir() || web.collector.is_dir())
    }

    fn below(root: &Path) -> Self {
        let collector = root.join("collector-wasm/dist");
        Self {
            dashboard: root.join("dashboard/dist"),
            player: collector.join("player"),
            collector,
        }
    }

    /// Adds the routes. Files carry ETags; the collector may be loaded by any page.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config
            .service(
                web::scope("/collector")
                    .wrap(DefaultHeaders::new().add(("Access-Control-Allow-Origin", "*")))
                    .service(Files::new("", &self.collector)),
            )
            // Its files are named relative to it, so the slash matters; `Files` would redirect without the query, which
            // carries the license key.
            .route("/player", web::get().to(player))
            .service(Files::new("/player/", &self.player).index_file("index.html"))
            .service(
                web::resource("/assets/{name}")
                    .app_data(web::Data::new(Assets(self.dashboard.join("assets"))))
                    .route(web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(asset)),
            )
            .service(
                web::scope("")
                    .wrap(
                        DefaultHeaders::new()
                            .add((CONTENT_SECURITY_POLICY, POLICY))
                            .add((X_CONTENT_TYPE_OPTIONS, "nosniff")),
                    )
                    .service(Files::new("/", &self.dashboard).index_file("index.html")),
            );
    }
}

/// What the dashboard's page may do: it may keep an API key, so no script but its own runs beside it, and nothing leaves for elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// Where the dashboard's files lie whose names hold a hash of what is in them.
struct Assets(PathBuf);

/// One of them, for ever; in its brotli form, which the build writes beside it, where that is taken.
async fn asset(
    request: HttpRequest,
    assets: web::Data<Assets>,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let name = Path::new(name.as_str());
    // A name, and no way to anywhere else.
    if !matches!(name.components().collect::<Vec<_>>()[..], [Component::Normal(_)]) {
        return Err(ApiError::new(ErrorCode::NotFound));
    }
    let open = |name: &Path| match NamedFile::open(assets.0.join(name)) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            tracing::error!(%error, name = %name.display(), "an asset cannot be read");
            Err(ApiError::new(ErrorCode::Internal))
        }
    };
    let plain = open(name)?.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let taken = AcceptEncoding::parse(&request).is_ok_and(|accepted| {
        accepted.negotiate([Encoding::brotli(), Encoding::identity()].iter()) == Some(Encoding::brotli())
    });
    let file = match taken {
        // Without a brotli form the plain one is right for everybody.
        true => open(&name.with_added_extension("br"))?.map(|brotli| {
            brotli
                .set_content_type(plain.content_type().clone())
                .set_content_encoding(ContentEncoding::Brotli)
        }),
        false => None,
    };
    let mut response = file
        .unwrap_or(plain)
        .disable_content_disposition()
        .into_response(&request);
    let headers = response.headers_mut();
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response.map_into_boxed_body())
}

async fn player(request: HttpRequest) -> impl Responder {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("/player/{mark}{query}")))
        .finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::{
        App,
        http::{Method, StatusCode, header::ACCEPT_ENCODING},
        test,
    };

    use super::*;

    #[actix_web::test]
    async fn an_asset_is_kept_for_ever_and_sent_in_the_form_that_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let assets = folder.path().join("dashboard/dist/assets");
        std::fs::create_dir_all(&assets).unwrap();
        for (path, text) in [
            ("a-1.js", "plain"),
            ("a-1.js.br", "brotli"),
            ("b-2.css", "alone"),
            ("../index.html", "page"),
        ] {
            std::fs::write(assets.join(path), text).unwrap();
        }
        let web = Web::find(Some(folder.path())).unwrap();
        let app = test::init_service(
            App::new()
                .wrap(actix_web::middleware::from_fn(envelope::actix::middleware))
                .configure(|config| web.configure(config))
                .configure(envelope::actix::configure_default),
        )
        .await;
        let ask = async |path: &str, accepted: &str| {
            let request = test::TestRequest::with_uri(path).insert_header((ACCEPT_ENCODING, accepted));
            let response = match test::try_call_service(&app, request.to_request()).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            let told = |name: &str| {
                let value = response.headers().get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            let told = [
                "content-encoding",
                "content-type",
                "cache-control",
                "vary",
                "content-security-policy",
            ]
            .map(told);
            let status = response.status();
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            (status, told, String::from_utf8(body.to_vec()).unwrap())
        };
        let forever = "public, max-age=31536000, immutable";
        for (path, accepted, encoding, kind, body) in [
            (
                "/assets/a-1.js",
                "gzip, deflate, br, zstd",
                "br",
                "text/javascript",
                "brotli",
            ),
            ("/assets/a-1.js", "gzip", "", "text/javascript", "plain"),
            ("/assets/a-1.js", "br;q=0", "", "text/javascript", "plain"),
            ("/assets/b-2.css", "br", "", "text/css", "alone"),
        ] {
            let (status, [had, found, kept, varies, _], text) = ask(path, accepted).await;
            assert_eq!(
                (status, text.as_str(), had.as_str()),
                (StatusCode::OK, body, encoding),
                "{path} {accepted}"
            );
            assert!(found.starts_with(kind), "{path}: {found}");
            assert_eq!((kept.as_str(), varies.as_str()), (forever, "accept-encoding"));
        }
        // The page itself is asked for anew, for it names the assets.
        let (status, [_, _, kept, _, policy], text) = ask("/", "br").await;
        assert_eq!((status, text.as_str(), kept.as_str()), (StatusCode::OK, "page", ""));
        assert_eq!(policy, POLICY);
        for path in [
            "/assets/none.js",
            "/assets/..%2Findex.html",
            "/assets/%2Fetc%2Fpasswd",
            "/assets/..",
        ] {
            let (status, [_, _, kept, ..], text) = ask(path, "br").await;
            assert_eq!((status, kept.as_str()), (StatusCode::NOT_FOUND, ""), "{path} {text}");
        }
        let head = test::TestRequest::with_uri("/assets/a-1.js")
            .method(Method::HEAD)
            .to_request();
        assert_eq!(test::call_service(&app, head).await.status(), StatusCode::OK);
    }
}
