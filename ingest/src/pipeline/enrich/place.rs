//! Where a client is: from files in MaxMind's format when they are configured, else from what a trusted proxy says, else not known.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use maxminddb::{Reader, geoip2};
use schemas::limits::LABEL_BYTES_MAX;

/// Where a client is, as far as known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) asn: Option<String>,
    pub(crate) isp: Option<String>,
}

/// How much of a client's address is looked up; the rest is zeroed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressPrefixes {
    /// Bits of an IPv4 address, 0..=32.
    pub v4: u8,
    /// Bits of an IPv6 address, 0..=128.
    pub v6: u8,
}

impl Default for AddressPrefixes {
    /// /24 and /48: the smallest networks that the Internet routes, so the operator stays right and a city nearly always,
    /// while the address of one household is not even looked up.
    fn default() -> Self {
        Self { v4: 24, v6: 48 }
    }
}

impl AddressPrefixes {
    fn truncated(self, address: IpAddr) -> IpAddr {
        let bits = match address {
            IpAddr::V4(_) => self.v4,
            IpAddr::V6(_) => self.v6,
        };
        // More bits than an address has are all of them.
        IpNet::new(address, bits).map_or(address, |network| network.network())
    }
}

/// A file could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("opening the geography file {}", path.display())]
pub struct PlaceError {
    path: PathBuf,
    source: maxminddb::MaxMindDbError,
}

/// Files and proxies that tell places.
#[derive(Debug)]
pub(crate) struct Places {
    city: Option<Reader<Vec<u8>>>,
    asn: Option<Reader<Vec<u8>>>,
    trusted_proxies: Vec<IpNet>,
    prefixes: AddressPrefixes,
}

impl Places {
    /// Opens the configured files, of the kinds City (or Country) and ASN (or ISP).
    pub(crate) fn open(
        city: Option<&Path>,
        asn: Option<&Path>,
        trusted_proxies: Vec<IpNet>,
        prefixes: AddressPrefixes,
    ) -> Result<Self, PlaceError> {
        let open = |path: Option<&Path>| {
            path.map(|path| {
                Reader::open_readfile(path).map_err(|source| PlaceError {
                    path: path.to_owned(),
                    source,
                })
            })
            .transpose()
        };
        Ok(Self {
            city: open(city)?,
            asn: open(asn)?,
            trusted_proxies,
            prefixes,
        })
    }

    /// Where the sender of a request is. `peer` is the other end of the connection.
    pub(crate) fn place(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Place {
        let Some(peer) = peer.map(|address| address.to_canonical()) else {
            return Place::default();
        };
        let peer_is_trusted = self.is_trusted(peer);
        let mut place = if self.city.is_some() || self.asn.is_some() {
            let client = if peer_is_trusted {
                self.client(peer, headers)
            } else {
                peer
            };
            self.look_up(self.prefixes.truncated(client))
        } else {
            Place::default()
        };
        if peer_is_trusted {
            let fill = |known: &mut Option<String>, name: &str| {
                if known.is_none() {
                    *known = header_text(headers, name);
                }
            };
            fill(&mut place.country, "x-geo-country");
            fill(&mut place.region, "x-geo-region");
            fill(&mut place.city, "x-geo-city");
            fill(&mut place.asn, "x-geo-asn");
            fill(&mut place.isp, "x-geo-isp");
        }
        place
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The first address from the right of `X-Forwarded-For` that is no proxy of ours. What stands left of it anyone can write.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let values: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .collect();
        for part in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Some(address) = address(part.trim()) else {
                return client;
            };
            client = address;
            if !self.is_trusted(client) {
                return client;
            }
        }
        client
    }

    /// What the files say. A file that cannot be read at this address is as silent as one that does not know it.
    fn look_up(&self, address: IpAddr) -> Place {
        let mut place = Place::default();
        if let Some(found) = self
            .city
            .as_ref()
            .and_then(|file| decode::<geoip2::City<'_>>(file, address))
        {
            place.country = found.country.iso_code.map(str::to_owned);
            // ISO 3166-2 is country and subdivision together; the file has the second part.
            place.region = found
                .subdivisions
                .first()
                .and_then(|subdivision| Some(format!("{}-{}", found.country.iso_code?, subdivision.iso_code?)));
            place.city = found.city.names.english.map(str::to_owned);
        }
        if let Some(found) = self
            .asn
            .as_ref()
            .and_then(|file| decode::<geoip2::Isp<'_>>(file, address))
        {
            place.asn = found.autonomous_system_number.map(|number| number.to_string());
            // An ASN file has no `isp`; the organisation of the number is the next best.
            place.isp = found.isp.or(found.autonomous_system_organization).map(str::to_owned);
        }
        place
    }
}

fn decode<'a, T: serde::Deserialize<'a>>(file: &'a Reader<Vec<u8>>, address: IpAddr) -> Option<T> {
    match file.lookup(address).and_then(|found| found.decode()) {
        Ok(found) => found,
        Err(error) => {
            // The address stays out of the log.
            tracing::debug!(%error, "reading a geography file failed");
            None
        }
    }
}

/// An address with or without a port, IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    // Names of cities come as UTF-8.
    let text = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?.trim();
    (!text.is_empty() && text.len() <= LABEL_BYTES_MAX).then(|| text.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// A file in MaxMind's format with one IPv4 network, `203.0.113.0/24`, whose record is `record` (already encoded).
    pub(crate) fn file(kind: &str, record: &[u8]) -> Vec<u8> {
        let prefix = [203u8, 0, 113];
        let nodes: u32 = 24;
        let mut bytes = Vec::new();
        // A path of 24 nodes, two 24-bit records each; a side leads on, to "not found" (`nodes`), or to the data.
        for depth in 0..nodes {
            let bit = prefix[(depth / 8) as usize] >> (7 - depth % 8) & 1;
            let on = if depth + 1 == nodes { nodes + 16 } else { depth + 1 };
            let sides = if bit == 0 { [on, nodes] } else { [nodes, on] };
            for side in sides {
                bytes.extend_from_slice(&side.to_be_bytes()[1..]);
            }
        }
        bytes.extend_from_slice(&[0; 16]);
        bytes.extend_from_slice(record);
        bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
        let u16_of = |value: u16| [&[0b101_00010][..], &value.to_be_bytes()].concat();
        let u32_of = |value: u32| [&[0b110_00100][..], &value.to_be_bytes()].concat();
        bytes.extend_from_slice(&map(&[
            ("binary_format_major_version", u16_of(2)),
            ("binary_format_minor_version", u16_of(0)),
            ("build_epoch", vec![0b000_00001, 0x02, 1]),
            ("database_type", text(kind)),
            ("description", map(&[])),
            ("ip_version", u16_of(4)),
            ("languages", vec![0b000_00000, 0x04]),
            ("node_count", u32_of(nodes)),
            ("record_size", u16_of(24)),
        ]));
        bytes
    }

    /// A text in MaxMind's encoding: type 2, its length below 29.
    fn text(text: &str) -> Vec<u8> {
        let size = u8::try_from(text.len()).unwrap();
        let mut bytes = if size < 29 {
            vec![0b010_00000 | size]
        } else {
            vec![0b010_11101, size - 29]
        };
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    /// A map in MaxMind's encoding: type 7, its size below 29.
    fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![0b111_00000 | u8::try_from(entries.len()).unwrap()];
        for (key, value) in entries {
            bytes.extend(text(key));
            bytes.extend(value);
        }
        bytes
    }

    pub(crate) fn city() -> Vec<u8> {
        let subdivision = map(&[("iso_code", text("9"))]);
        // An array: extended type 11 (4 + 7) of size 1.
        let subdivisions = [vec![0b000_00001, 0x04], subdivision].concat();
        file(
            "GeoLite2-City",
            &map(&[
                ("country", map(&[("iso_code", text("AT"))])),
                ("city", map(&[("names", map(&[("en", text("Vienna"))]))])),
                ("subdivisions", subdivisions),
            ]),
        )
    }

    fn asn() -> Vec<u8> {
        let number = vec![0b110_00010, 0x22, 0x0b];
        file(
            "GeoLite2-ASN",
            &map(&[
                ("autonomous_system_number", number),
                ("autonomous_system_organization", text("Example Net")),
            ]),
        )
    }

    fn places(with_files: bool) -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().unwrap();
        let (city_path, asn_path) = (folder.path().join("city.mmdb"), folder.path().join("asn.mmdb"));
        std::fs::write(&city_path, city()).unwrap();
        std::fs::write(&asn_path, asn()).unwrap();
        let proxies = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let (city, asn) = if with_files {
            (Some(&*city_path), Some(&*asn_path))
        } else {
            (None, None)
        };
        let places = Places::open(city, asn, proxies, AddressPrefixes::default()).unwrap();
        (folder, places)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        });
        pairs.collect()
    }

    fn words(place: &Place) -> String {
        [&place.country, &place.region, &place.city, &place.asn, &place.isp]
            .map(|part| part.as_deref().unwrap_or("-"))
            .join(" ")
    }

    fn check(with_files: bool, peer: &str, pairs: &[(&'static str, &str)], expected: &str) {
        let (_folder, places) = places(with_files);
        let place = places.place(Some(peer.parse().unwrap()), &headers(pairs));
        assert_eq!(words(&place), expected, "{peer} {pairs:?}");
    }

    #[test]
    fn files_tell_the_place_of_the_client() {
        check(true, "203.0.113.7", &[], "AT AT-9 Vienna 8715 Example Net");
        check(true, "::ffff:203.0.113.7", &[], "AT AT-9 Vienna 8715 Example Net");
        check(true, "203.0.114.7", &[], "- - - - -");
        check(true, "2001:db8::1", &[], "- - - - -");
    }

    #[test]
    fn only_the_configured_part_of_an_address_is_looked_up() {
        let cut = |v4, v6, address: &str| {
            let prefixes = AddressPrefixes { v4, v6 };
            prefixes.truncated(address.parse().unwrap()).to_string()
        };
        assert_eq!(cut(24, 48, "203.0.113.77"), "203.0.113.0");
        assert_eq!(cut(24, 48, "2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
        assert_eq!(cut(32, 128, "203.0.113.77"), "203.0.113.77");
        assert_eq!(cut(0, 0, "203.0.113.77"), "0.0.0.0");
        let (folder, places) = places(true);
        let peer = Some("203.0.113.7".parse().unwrap());
        assert_eq!(places.place(peer, &headers(&[])).country.as_deref(), Some("AT"));
        let coarse = Places::open(
            Some(&folder.path().join("city.mmdb")),
            None,
            Vec::new(),
            AddressPrefixes { v4: 16, v6: 48 },
        )
        .unwrap();
        assert_eq!(
            coarse.place(peer, &headers(&[])),
            Place::default(),
            "203.0.0.0 is elsewhere"
        );
    }

    #[test]
    fn only_a_trusted_proxy_may_name_the_client() {
        let forwarded = [("x-forwarded-for", "203.0.113.7")];
        check(true, "10.1.1.1", &forwarded, "AT AT-9 Vienna 8715 Example Net");
        check(true, "192.0.2.1", &forwarded, "- - - - -");
        check(
            true,
            "::1",
            &[("x-forwarded-for", "198.51.100.1, 203.0.113.7:443, 10.9.9.9")],
            "AT AT-9 Vienna 8715 Example Net",
        );
        check(
            true,
            "10.1.1.1",
            &[("x-forwarded-for", "203.0.113.7, 192.0.2.1")],
            "- - - - -",
        );
        check(
            true,
            "10.1.1.1",
            &[("x-forwarded-for", "203.0.113.7, rubbish")],
            "- - - - -",
        );
    }

    #[test]
    fn a_trusted_proxy_may_tell_the_place_itself() {
        let told = [
            ("x-geo-country", "CH"),
            ("x-geo-region", "CH-ZH"),
            ("x-geo-city", "Zürich"),
            ("x-geo-asn", "3303"),
            ("x-geo-isp", "Net"),
        ];
        check(false, "10.1.1.1", &told, "CH CH-ZH Zürich 3303 Net");
        check(false, "192.0.2.1", &told, "- - - - -");
        check(true, "10.1.1.1", &told, "CH CH-ZH Zürich 3303 Net");
        check(
            false,
            "10.1.1.1",
            &[("x-geo-country", "  "), ("x-geo-city", &"x".repeat(129))],
            "- - - - -",
        );
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = Places::open(
            Some(Path::new("/nowhere/city.mmdb")),
            None,
            Vec::new(),
            AddressPrefixes::default(),
        )
        .unwrap_err();
        assert!(error.to_string().contains("/nowhere/city.mmdb"));
    }
}
