//! Log lines: JSON on standard error, one object a line, with the request's id from the span it happened in.

use tracing_subscriber::EnvFilter;

/// Starts logging; `RUST_LOG` chooses what, else warnings and our own information.
pub fn start() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,playhead=info,ingest=info,engine=info,store=info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
