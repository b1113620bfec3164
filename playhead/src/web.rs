//! The built web parts as the server hands them out: dashboard, collector, player page.

use std::path::{Path, PathBuf};

use actix_files::Files;
use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::header::LOCATION,
    middleware::DefaultHeaders,
    web::{self, ServiceConfig},
};

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
            .service(Files::new("/", &self.dashboard).index_file("index.html"));
    }
}

async fn player(request: HttpRequest) -> impl Responder {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("/player/{mark}{query}")))
        .finish()
}
