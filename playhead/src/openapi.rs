//! The OpenAPI document of everything this program serves. Each service describes what is its own; here is added what all answers have in
//! common: the request's id, the errors that any operation may answer with, and an example for each of them, made from the catalogue.

use envelope::{ApiError, Envelope, ErrorCode, RequestId};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// The probes' part of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Playhead",
        description = "What viewers of your streams experience, and whether it got worse. Every response is an envelope.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(crate::health::live, crate::health::ready),
    tags((name = "health", description = "Whether this node runs and can answer."))
)]
struct Probes;

/// The id in the examples.
const EXAMPLE_ID: &str = "6d84e126-d10c-4e52-bbfb-bd4c92bc8333";

/// The document.
///
/// # Errors
/// When a part of it is no JSON, which the tests would find first.
pub fn document() -> anyhow::Result<Value> {
    let mut document = Probes::openapi();
    document.merge(ingest::openapi());
    document.merge(query::openapi());
    // Clients are named after the schemas: an answer is called one.
    let text = document.to_json()?.replace("Envelope_ErrorData", "ErrorAnswer");
    let mut document: Value = serde_json::from_str(&answers_named(&text))?;
    for (path, operations) in object(&mut document, "paths") {
        for operation in operations
            .as_object_mut()
            .into_iter()
            .flat_map(|item| item.values_mut())
        {
            complete(path, operation);
        }
    }
    let components = object(&mut document, "components");
    components.insert("examples".to_owned(), examples()?);
    components.insert(
        "headers".to_owned(),
        json!({
            "X-Request-Id": {
                "description": "The request's id, as in the envelope: the caller's own when it sent a UUID in this header.",
                "schema": {"type": "string", "format": "uuid"},
            },
            "Retry-After": {
                "description": "After how many seconds to send again.",
                "schema": {"type": "integer", "minimum": 0},
            },
        }),
    );
    Ok(document)
}

/// `Envelope_SuccessData_Thing`, as the derive calls it, becomes `ThingAnswer`.
fn answers_named(text: &str) -> String {
    let mut parts = text.split("Envelope_SuccessData_");
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|letter: char| !letter.is_alphanumeric())
            .unwrap_or(part.len());
        let (thing, rest) = part.split_at(end);
        named.extend([thing, "Answer", rest]);
    }
    named
}

/// The object at `key`; made where there is none.
fn object<'a>(parent: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let value = &mut parent[key];
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value
        .as_object_mut()
        .unwrap_or_else(|| unreachable!("made an object above"))
}

/// Adds to an operation what is true of all.
fn complete(path: &str, operation: &mut Value) {
    let has_body = operation["requestBody"].is_object();
    let has_key = operation["security"].is_array();
    let mut picks_organization = false;
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        picks_organization |= parameter["name"] == "X-Tenant-Org-Id";
        without_null(&mut parameter["schema"]);
    }
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let responses = object(operation, "responses");
    let mut every = vec![(500, "Something went wrong on our side.")];
    if has_body {
        every.push((413, "The body is too large."));
    }
    if has_body || picks_organization {
        every.push((400, "The body or a header cannot be read."));
    }
    // What needs neither a key nor a database cannot fail.
    if !matches!(id.as_str(), "getLiveness" | "listErrors") {
        for (status, description) in every {
            responses.entry(status.to_string()).or_insert_with(|| {
                let schema = json!({"$ref": "#/components/schemas/ErrorAnswer"});
                json!({"description": description, "content": {"application/json": {"schema": schema}}})
            });
        }
    }
    for (status, response) in responses {
        let status: u16 = status.parse().unwrap_or_default();
        response["headers"]["X-Request-Id"] = json!({"$ref": "#/components/headers/X-Request-Id"});
        if status < 400 {
            continue;
        }
        if matches!(status, 429 | 503) {
            response["headers"]["Retry-After"] = json!({"$ref": "#/components/headers/Retry-After"});
        }
        let needs_scope = response["description"]
            .as_str()
            .is_some_and(|text| text.contains("scope"));
        let asked = Asked {
            path,
            id: &id,
            has_body,
            has_key,
            picks_organization,
            needs_scope,
        };
        for code in asked.errors(status) {
            response["content"]["application/json"]["examples"][code.name()] =
                json!({"$ref": format!("#/components/examples/{}", code.name())});
        }
    }
}

/// A parameter is there or not; nothing in a query string or a header is null.
fn without_null(schema: &mut Value) {
    if let Some(types) = schema["type"].as_array() {
        let types: Vec<Value> = types.iter().filter(|word| **word != "null").cloned().collect();
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    let Some(kinds) = schema["oneOf"].as_array() else {
        return;
    };
    let mut kinds = kinds.iter().filter(|kind| kind["type"] != "null");
    if let (Some(only), None) = (kinds.next(), kinds.next()) {
        *schema = only.clone();
    }
}

/// What decides which errors an operation may answer with.
struct Asked<'a> {
    path: &'a str,
    id: &'a str,
    has_body: bool,
    has_key: bool,
    picks_organization: bool,
    needs_scope: bool,
}

impl Asked<'_> {
    /// The codes that may come with a status.
    fn errors(&self, status: u16) -> Vec<ErrorCode> {
        use ErrorCode as E;
        let takes_beacons = self.id == "sendBeacons";
        let about = |part: &str| self.path.contains(part);
        let among = |codes: &[(bool, E)]| {
            let codes = codes.iter().filter(|(may, _)| *may);
            codes.map(|(_, code)| *code).collect::<Vec<_>>()
        };
        match status {
            400 => among(&[
                (self.has_body, E::MalformedBody),
                (self.has_body || self.describes_faults(), E::InvalidRequest),
                (self.picks_organization, E::InvalidHeader),
                (
                    matches!(self.id, "queryMetrics" | "explainChange" | "watchLive"),
                    E::BaselineNotAvailable,
                ),
            ]),
            401 => among(&[
                (self.has_key || takes_beacons, E::ApiKeyMissing),
                (self.has_key || takes_beacons, E::ApiKeyUnknown),
                (!self.has_key, E::LicenseKeyMissing),
                (!self.has_key, E::LicenseKeyUnknown),
            ]),
            403 => among(&[
                (self.has_key, E::OrganizationForbidden),
                (self.needs_scope || takes_beacons, E::ScopeMissing),
                (!self.has_key, E::DomainNotAllowed),
                (takes_beacons, E::CollectorDisabled),
            ]),
            404 => among(&[
                (about("/licenses/"), E::LicenseNotFound),
                (about("/api-keys/"), E::ApiKeyNotFound),
                (about("/impressions/"), E::AttemptNotFound),
                (about("/erasures/"), E::ErasureNotFound),
                (about("/experiments/"), E::ExperimentNotFound),
                (about("/annotations/"), E::AnnotationNotFound),
                (about("/exports/"), E::ExportNotFound),
                (about("/alerts/"), E::AlertNotFound),
            ]),
            408 => vec![E::RequestTimeout],
            409 => match self.id {
                "createExperiment" => vec![E::ExperimentNameTaken],
                "changeExperiment" => vec![E::ExperimentNameTaken, E::ExperimentState],
                "getExperimentResults" => vec![E::ExperimentState],
                "createAnnotation" => vec![E::AnnotationsFull],
                "createExport" => vec![E::ExportsFull],
                "downloadExport" => vec![E::ExportNotReady],
                "createAlert" => vec![E::AlertsFull],
                "changeAlert" => vec![E::AlertChanged],
                "testAlert" => vec![E::AlertWithoutWebhook],
                _ => Vec::new(),
            },
            413 => vec![E::BodyTooLarge],
            415 => vec![E::UnsupportedMediaType],
            422 => vec![E::QueryTooExpensive],
            429 => vec![E::TooManyRequests],
            500 => vec![E::Internal],
            503 if takes_beacons => vec![
                E::JournalFull,
                E::JournalBusy,
                E::JournalFailed,
                E::Draining,
                E::Overloaded,
            ],
            503 => vec![E::StoreUnavailable],
            _ => Vec::new(),
        }
    }

    /// Whether the query string or the path may hold faults of its own.
    fn describes_faults(&self) -> bool {
        matches!(
            self.id,
            "listImpressions"
                | "listAnnotations"
                | "listAlertHistory"
                | "listAlertDeliveries"
                | "getExperimentResults"
                | "watchLive"
                | "eraseViewer"
        )
    }
}

/// One example for each error of the catalogue.
fn examples() -> anyhow::Result<Value> {
    let mut examples = Map::new();
    let id = RequestId(uuid::Uuid::try_parse(EXAMPLE_ID)?);
    for code in ErrorCode::ALL {
        let mut value = serde_json::to_value(Envelope::error(id, &ApiError::new(*code)))?;
        if *code == ErrorCode::InvalidRequest {
            value["data"]["developerMessage"] = json!("1 fault in the request");
            value["data"]["details"] = json!([{
                "date": "2026-11-20T18:04:02.123Z", "id": "0b7f2ad5-7f0c-4c62-9d5b-2f5f9a3f1c11", "type": "ERROR",
                "text": "unknown attribute 'contry'; did you mean 'country'?", "field": "filters[0].attribute", "links": [],
            }]);
        }
        let entry = code.entry();
        examples.insert(
            code.name().to_owned(),
            json!({"summary": entry.message, "description": entry.user_action, "value": value}),
        );
    }
    Ok(Value::Object(examples))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every operation with its method and path before it.
    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
        });
        operations.collect()
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        const VERBS: [&str; 14] = [
            "list", "get", "create", "change", "delete", "revoke", "query", "explain", "watch", "erase", "test",
            "download", "send", "set",
        ];
        let document = document().unwrap();
        let mut names = BTreeMap::new();
        for (place, operation) in operations(&document) {
            let name = operation["operationId"].as_str().unwrap();
            let noun = VERBS.iter().find_map(|verb| name.strip_prefix(verb));
            assert!(
                noun.is_some_and(|noun| noun.starts_with(|letter: char| letter.is_ascii_uppercase())
                    && noun.chars().all(|letter| letter.is_ascii_alphanumeric())),
                "{place}: '{name}' is no verb with a noun"
            );
            if let Some(other) = names.insert(name.to_owned(), place.clone()) {
                panic!("{other} and {place} are both called {name}");
            }
        }
    }

    #[test]
    fn every_parameter_answer_and_property_of_a_request_is_described() {
        let document = document().unwrap();
        let says = |value: &Value| {
            value["description"]
                .as_str()
                .is_some_and(|text| !text.trim().is_empty())
        };
        for (place, operation) in operations(&document) {
            assert!(
                operation["summary"].is_string() || says(operation),
                "{place} says nothing"
            );
            assert!(operation.get("parameters").is_none_or(Value::is_array), "{place}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(says(parameter), "{place}: {}", parameter["name"]);
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(says(response), "{place}: {status}");
            }
        }
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let requests = schemas
            .iter()
            .filter(|(name, _)| name.ends_with("Request") || name.ends_with("Change"));
        for (name, schema) in requests {
            for (property, described) in schema["properties"].as_object().into_iter().flatten() {
                // What may be null stands beside null.
                let mut kinds = described["oneOf"].as_array().into_iter().flatten();
                assert!(says(described) || kinds.any(says), "{name}.{property}");
            }
        }
    }

    #[test]
    fn every_error_answer_shows_the_errors_it_may_be() {
        let document = document().unwrap();
        let statuses: BTreeMap<&str, u16> = ErrorCode::ALL.iter().map(|code| (code.name(), code.status())).collect();
        let mut shown = BTreeSet::new();
        for (place, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let status: u16 = status.parse().unwrap();
                if status < 400 {
                    continue;
                }
                let examples = response["content"]["application/json"]["examples"].as_object();
                let examples = examples.unwrap_or_else(|| panic!("{place}: {status} shows no error"));
                for name in examples.keys() {
                    assert_eq!(statuses[name.as_str()], status, "{place}: {name}");
                    assert!(document["components"]["examples"][name].is_object(), "{name}");
                    shown.insert(name.clone());
                }
            }
        }
        // What no operation answers with: the router's own.
        let silent: Vec<&str> = statuses.keys().copied().filter(|name| !shown.contains(*name)).collect();
        assert_eq!(silent, ["METHOD_NOT_ALLOWED", "NOT_FOUND"]);
    }

    #[test]
    fn every_reference_has_a_target() {
        fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = document().unwrap();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in found {
            assert!(
                document.pointer(reference.trim_start_matches('#')).is_some(),
                "{reference}"
            );
        }
    }
}
