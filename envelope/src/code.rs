//! The error catalogue: closed, numbered for ever, each entry with what the user and the operator can do.
//!
//! `GET /v1/errors` lists it, `docs/errors.md` is generated from it.

use serde::Serialize;

macro_rules! catalogue {
    ($( $variant:ident = $code:literal, $status:literal, $name:literal, $message:literal, $user:literal, $operator:literal; )*) => {
        /// Every error this project answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $( #[doc = $message] $variant, )* }

        impl ErrorCode {
            /// The whole catalogue, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The catalogue's entry for this code.
            #[must_use]
            pub const fn entry(self) -> CatalogueEntry {
                match self { $(Self::$variant => CatalogueEntry {
                    code: $code, http_status: $status, name: $name, message: $message, user_action: $user, operator_action: $operator,
                }),* }
            }
        }
    };
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CatalogueEntry {
    /// The number, for ever.
    pub code: i32,
    /// The HTTP status it comes with.
    pub http_status: u16,
    /// A name to search for.
    pub name: &'static str,
    /// What it means, fit to show a user.
    pub message: &'static str,
    /// What the caller does about it.
    pub user_action: &'static str,
    /// What the operator does about it.
    pub operator_action: &'static str,
}

catalogue! {
    Internal = 1000, 500, "INTERNAL", "Something went wrong on our side.",
        "Try again; if it stays, report the requestId.", "Search the log for the requestId; a panic is a bug.";
    MalformedBody = 1001, 400, "MALFORMED_BODY", "The request's body cannot be read.",
        "Send the format the endpoint documents; the details say where reading stopped.", "None.";
    InvalidRequest = 1002, 400, "INVALID_REQUEST", "Something in the request is not valid.",
        "Mend each field listed in the details.", "None.";
    NotFound = 1003, 404, "NOT_FOUND", "There is nothing at this address.",
        "Check the path against /v1/openapi.json.", "None.";
    MethodNotAllowed = 1004, 405, "METHOD_NOT_ALLOWED", "This address does not take that method.",
        "Use the method the API documents.", "None.";
    BodyTooLarge = 1005, 413, "BODY_TOO_LARGE", "The request's body is too large.",
        "Send smaller batches; the limit holds before and after decompression.", "None.";
    UnsupportedMediaType = 1006, 415, "UNSUPPORTED_MEDIA_TYPE", "The request's content type or encoding is not understood.",
        "Send application/json, text/plain or application/x-protobuf; plain, gzip or br.", "None.";
    TooManyRequests = 1007, 429, "TOO_MANY_REQUESTS", "Too many requests.",
        "Wait as long as Retry-After says, then send again.", "Raise the license's rate limit if the traffic is wanted.";
    RequestTimeout = 1008, 408, "REQUEST_TIMEOUT", "The request took too long to arrive.",
        "Send again on a better connection.", "None.";
    InvalidHeader = 1009, 400, "INVALID_HEADER", "A request header is not valid.",
        "Mend the header named in the details.", "None.";
    ApiKeyMissing = 2000, 401, "API_KEY_MISSING", "This request needs an API key.",
        "Send it in the header X-Api-Key.", "Create one with `playhead account create-api-key`.";
    ApiKeyUnknown = 2001, 401, "API_KEY_UNKNOWN", "This API key is not known.",
        "Check the key; it may have been revoked.", "List keys with `playhead account list`.";
    ScopeMissing = 2002, 403, "SCOPE_MISSING", "This API key may not do that.",
        "Use a key with the scope named in the details.", "Create a key with the wider scope.";
    OrganizationForbidden = 2003, 403, "ORGANIZATION_FORBIDDEN", "This API key may not see that organisation.",
        "Leave X-Tenant-Org-Id out, or name an organisation of the key.", "None.";
    LicenseKeyMissing = 2004, 401, "LICENSE_KEY_MISSING", "This request needs a license key.",
        "Append ?key=LICENSE_KEY.", "Create one with `playhead account create-license-key`.";
    LicenseKeyUnknown = 2005, 401, "LICENSE_KEY_UNKNOWN", "This license key is not known.",
        "Check the key in the page's snippet.", "List keys with `playhead account list`.";
    DomainNotAllowed = 2006, 403, "DOMAIN_NOT_ALLOWED", "This license key does not cover that page's domain.",
        "Embed the player on an allowed domain, or have the domain added.", "Add the domain to the license key.";
    CollectorDisabled = 2007, 403, "COLLECTOR_DISABLED", "Measuring is switched off for this license key.",
        "Send nothing more from this page.", "Switch it on again with PATCH /v1/account/licenses/{licenseKey} when it is wanted.";
    LicenseNotFound = 2008, 404, "LICENSE_NOT_FOUND", "There is no such license key.",
        "Check the key, and that X-Tenant-Org-Id is its organisation; a revoked key is gone.", "None.";
    ApiKeyNotFound = 2009, 404, "API_KEY_NOT_FOUND", "There is no such API key.",
        "Check the id, and that X-Tenant-Org-Id is its organisation; a revoked key is gone.", "None.";
    AttemptNotFound = 3000, 404, "ATTEMPT_NOT_FOUND", "There is no such attempt.",
        "Check the id; attempts leave when their retention ends.", "None.";
    BaselineNotAvailable = 3001, 400, "BASELINE_NOT_AVAILABLE", "This baseline is not available yet.",
        "Use one of the baselines named in the details.", "None.";
    QueryTooExpensive = 3002, 422, "QUERY_TOO_EXPENSIVE", "This question reads more than one answer may.",
        "Ask for a shorter range, fewer dimensions or a coarser interval.", "Raise the query limits if the machine allows it.";
    ErasureNotFound = 3010, 404, "ERASURE_NOT_FOUND", "There is no such erasure.",
        "Check the id, and that X-Tenant-Org-Id is the organisation it was asked for.", "None.";
    ExperimentNotFound = 3020, 404, "EXPERIMENT_NOT_FOUND", "There is no such experiment.",
        "Check the id, and that X-Tenant-Org-Id is the organisation it belongs to.", "None.";
    ExperimentNameTaken = 3021, 409, "EXPERIMENT_NAME_TAKEN", "Another experiment has this name.",
        "Choose another name, or delete the other experiment.", "None.";
    ExperimentState = 3022, 409, "EXPERIMENT_STATE", "The experiment's state does not allow this.",
        "See the details: what decides a viewer's arm is fixed once it has started, and a stopped one stays stopped.", "None.";
    AnnotationNotFound = 3030, 404, "ANNOTATION_NOT_FOUND", "There is no such annotation.",
        "Check the id, and that X-Tenant-Org-Id is the organisation it was made in; it may have been deleted.", "None.";
    AnnotationsFull = 3031, 409, "ANNOTATIONS_FULL", "The organisation has all the annotations it may have.",
        "Change one that there is; deleted ones count, because every node has to remember them.", "See who makes so many: it is five a day for five years.";
    ExportNotFound = 3040, 404, "EXPORT_NOT_FOUND", "There is no such export.",
        "Check the id, and that X-Tenant-Org-Id is its organisation; an export goes after a week, and when a viewer is erased who may be in it.", "An export is at the node that it was asked of: send callers to the same one.";
    ExportsFull = 3041, 409, "EXPORTS_FULL", "The organisation has all the exports it may have at a time.",
        "Delete one that is no longer needed.", "None.";
    ExportNotReady = 3042, 409, "EXPORT_NOT_READY", "This export has no file.",
        "Wait until its state is done; a failed one tells why.", "None.";
    AlertNotFound = 3050, 404, "ALERT_NOT_FOUND", "There is no such alert.",
        "Check the id, and that X-Tenant-Org-Id is the organisation it belongs to.", "A rule is at the node that it was made at: send callers to the same one.";
    AlertsFull = 3051, 409, "ALERTS_FULL", "The organisation has all the alerts it may have.",
        "Delete one; a rule with a dimension watches fifty values at once.", "None.";
    AlertChanged = 3052, 409, "ALERT_CHANGED", "Somebody else changed this alert at the same moment.",
        "Read it again, and change what is there now.", "None.";
    AlertWithoutWebhook = 3053, 409, "ALERT_WITHOUT_WEBHOOK", "This alert tells nobody.",
        "Give it a webhook first.", "None.";
    JournalFull = 4000, 503, "JOURNAL_FULL", "The service cannot take more beacons right now.",
        "Keep the beacons and send them again after Retry-After.", "The journal reached its bound on disk: see why ClickHouse does not drain it, or give it more disk.";
    JournalBusy = 4001, 503, "JOURNAL_BUSY", "The service cannot take more beacons right now.",
        "Keep the beacons and send them again after Retry-After.", "The disk is slower than the traffic: use a faster one or more nodes.";
    JournalFailed = 4002, 503, "JOURNAL_FAILED", "The service cannot take beacons right now.",
        "Keep the beacons and send them again after Retry-After.", "Writing or syncing the journal failed: check the disk, then restart; recovery keeps what was acknowledged.";
    Draining = 4003, 503, "DRAINING", "The service is shutting down.",
        "Send again after Retry-After, perhaps to another node.", "None; this is a graceful stop.";
    StoreUnavailable = 4004, 503, "STORE_UNAVAILABLE", "The database does not answer.",
        "Try again after Retry-After.", "Check ClickHouse; beacons are kept in the journal meanwhile.";
    Overloaded = 4005, 503, "OVERLOADED", "The service has too much to do right now.",
        "Keep the beacons and send them again after Retry-After.", "Bodies arrive slowly and in numbers: see playhead_ingest_body_bytes; a proxy that collects bodies, or more nodes, helps.";
}

impl ErrorCode {
    /// The stable number.
    #[must_use]
    pub const fn code(self) -> i32 {
        self.entry().code
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.entry().http_status
    }

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The code for an HTTP status that was answered by the framework rather than by us.
    #[must_use]
    pub fn from_status(status: u16) -> Self {
        match status {
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::RequestTimeout,
            413 => Self::BodyTooLarge,
            415 => Self::UnsupportedMediaType,
            429 => Self::TooManyRequests,
            400..=499 => Self::MalformedBody,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use std::collections::HashSet;

    #[test]
    fn codes_and_names_are_unique_and_in_order() {
        let codes: Vec<i32> = ErrorCode::ALL.iter().map(|code| code.code()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        let names: HashSet<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn every_error_has_an_error_status() {
        for code in ErrorCode::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
    }
}
