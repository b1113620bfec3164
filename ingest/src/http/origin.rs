//! Which page a request comes from, whether its license key covers that page, and what a browser is told about it (CORS).

use accounts::License;
use actix_web::{
    HttpResponse,
    http::header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderMap, HeaderValue, ORIGIN, REFERER, VARY,
    },
};

/// The page a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page<'a> {
    /// Not from a page: an app, a television set, a server.
    None,
    /// From a page on this host (with its port, if it has one).
    Host(&'a str),
    /// From a page that hides where it is: a sandboxed frame, a file.
    Opaque,
}

/// The page, by `Origin`, else by `Referer`.
pub(crate) fn page(headers: &HeaderMap) -> Page<'_> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match text(ORIGIN)
        .and_then(host_of_origin)
        .or_else(|| text(REFERER).and_then(host))
    {
        Some(host) => Page::Host(host),
        None if headers.contains_key(ORIGIN) => Page::Opaque,
        None => Page::None,
    }
}

/// The host of an origin, with its port. An origin is scheme, host and port and nothing else; what is more than that is none,
/// rather than read in a way that its sender chose.
fn host_of_origin(origin: &str) -> Option<&str> {
    let (_, host) = origin.split_once("://")?;
    is_host(host).then_some(host)
}

/// The host of a URL, with its port.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    is_host(host).then_some(host)
}

/// Whether `text` is a host with or without a port: `[::1]:8080`, or `example.com:8080`.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') => ("v6", rest),
        _ => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    !name.is_empty() && name.bytes().all(is_name) && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether `license` covers `page`. What is no page is covered: the key is public, and who is no browser can claim any page.
pub(crate) fn is_allowed(license: &License, page: Page<'_>) -> bool {
    match page {
        Page::None => true,
        Page::Host(host) => license.allows(host),
        Page::Opaque => license.allowed_domains.iter().any(|domain| domain == "*"),
    }
}

/// Lets the page of `request` read `response`.
pub(crate) fn let_page_read(request: &HeaderMap, response: &mut HttpResponse) {
    let Some(origin) = request.get(ORIGIN) else {
        return;
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("X-Request-Id, Retry-After"),
    );
}

/// The answer to a preflight of a page that may send. A day is as long as browsers remember at most.
pub(crate) fn preflight(request: &HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    let_page_read(request, &mut response);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Content-Type, Content-Encoding, Prefer, X-License-Key, X-Api-Key, X-Request-Id, Traceparent",
        ),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    fn check(origin: Option<&str>, referer: Option<&str>, expected: Page<'_>) {
        let pairs = [(ORIGIN, origin), (REFERER, referer)];
        let headers: HeaderMap = pairs
            .into_iter()
            .filter_map(|(name, value): (HeaderName, _)| Some((name, HeaderValue::from_str(value?).unwrap())))
            .collect();
        assert_eq!(page(&headers), expected);
    }

    #[test]
    fn a_referer_names_a_host_or_none() {
        assert_eq!(host("https://www.example.com/a?b#c"), Some("www.example.com"));
        assert_eq!(
            host("https://user@www.example.com:8443/a"),
            Some("www.example.com:8443")
        );
        // Found by the fuzzer: not a host, but ends like one.
        assert_eq!(host("https://usec-gpc: 1.example.com/a"), None);
        assert_eq!(host("https:///a"), None);
    }

    #[test]
    fn the_page_is_its_origin_else_its_referer() {
        check(None, None, Page::None);
        check(
            Some("https://a.example"),
            Some("https://b.example/x"),
            Page::Host("a.example"),
        );
        check(Some("http://[::1]:8080"), None, Page::Host("[::1]:8080"));
        check(
            None,
            Some("https://user:pw@b.example:1/x?y=https://c.example"),
            Page::Host("b.example:1"),
        );
        check(Some("null"), None, Page::Opaque);
        for more in [
            "https://a.example/",
            "https://x@a.example",
            "https://b.net\\.a.example",
            "https://b.net#.a.example",
        ] {
            check(Some(more), None, Page::Opaque);
        }
        check(Some("null"), Some("https://b.example/"), Page::Host("b.example"));
        check(None, Some("about:blank"), Page::None);
    }
}
