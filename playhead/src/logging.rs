//! Log lines: JSON on standard error, one object a line, with the id of the request it happened in.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Json, JsonFields, Writer},
    },
    registry::LookupSpan,
};

/// Starts logging; `RUST_LOG` chooses what, else warnings and our own information.
pub fn start() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,playhead=info,ingest=info,engine=info,store=info,query=info"));
    tracing_subscriber::fmt()
        .fmt_fields(JsonFields::new())
        .event_format(Lines(Format::default().json()))
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Lines with `requestId`, and `traceId` where the caller sent one, in front of what the library writes. Taken from the request being
/// served and not from a span: a span for every request costs more than reading its body, and few requests log anything.
struct Lines(Format<Json>);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some((id, trace_id)) =
            envelope::actix::with_current(|current| (current.id.to_string(), current.trace_id.clone()))
        else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let rest = line.strip_prefix('{').ok_or(fmt::Error)?;
        // Both are hexadecimal digits and hyphens: nothing to escape.
        write!(writer, r#"{{"requestId":"{id}","#)?;
        if let Some(trace_id) = trace_id {
            write!(writer, r#""traceId":"{trace_id}","#)?;
        }
        writer.write_str(rest)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use actix_web::{App, HttpResponse, middleware::from_fn, test, web};
    use serde_json::Value;

    use super::*;

    /// Where the lines go.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[actix_web::test]
    async fn every_line_of_a_request_has_its_id_and_its_trace() {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(JsonFields::new())
            .event_format(Lines(Format::default().json()))
            .with_env_filter(EnvFilter::new("warn,envelope=info"))
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        tracing::warn!("outside");
        let app = test::init_service(App::new().wrap(from_fn(envelope::actix::middleware)).route(
            "/fails",
            web::get().to(|| async {
                tracing::warn!("inside");
                HttpResponse::InternalServerError().finish()
            }),
        ))
        .await;
        let id = "6d84e126-d10c-4e52-bbfb-bd4c92bc8333";
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let request = test::TestRequest::get()
            .uri("/fails")
            .insert_header(("X-Request-Id", id))
            .insert_header(("traceparent", format!("00-{trace}-00f067aa0ba902b7-01")));
        test::call_service(&app, request.to_request()).await;
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let seen: Vec<[&Value; 3]> = lines
            .iter()
            .map(|line| [&line["fields"]["message"], &line["requestId"], &line["traceId"]])
            .collect();
        let (id, trace) = (&Value::from(id), &Value::from(trace));
        assert_eq!(
            seen,
            [
                [&Value::from("outside"), &Value::Null, &Value::Null],
                [&Value::from("inside"), id, trace],
                [&Value::from("answered"), id, trace],
            ]
        );
    }
}
