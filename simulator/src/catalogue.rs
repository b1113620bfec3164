//! Tables of the real world: places with their networks, devices with the `User-Agent` they send, bitrate ladders.
//!
//! Shares are rough and round; they give the audience a shape, they are no statistics. User agents are of the form the
//! browsers send (frozen platform and minor versions included). Place names are ASCII, as they travel in headers.

use schemas::FirstFrameMethod;

/// A country, its networks and its cities.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// `navigator.language` of most of its people.
    pub language: &'static str,
    /// Share of the audience.
    pub weight: f64,
    /// Median of a viewer's throughput relative to the whole audience's.
    pub throughput_factor: f64,
    /// Round trip to the nearest CDN edge, ms.
    pub rtt_ms: f64,
    /// (ISO 3166-2 code, city, share).
    pub cities: &'static [(&'static str, &'static str, f64)],
    /// (AS number, operator, share, throughput relative to the country's).
    pub isps: &'static [(u32, &'static str, f64, f64)],
}

/// The audience's countries.
pub const COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        language: "de-DE",
        weight: 0.34,
        throughput_factor: 1.0,
        rtt_ms: 18.0,
        cities: &[
            ("DE-BE", "Berlin", 0.30),
            ("DE-HH", "Hamburg", 0.20),
            ("DE-BY", "Munich", 0.22),
            ("DE-NW", "Cologne", 0.28),
        ],
        isps: &[
            (3320, "Deutsche Telekom", 0.42, 1.0),
            (3209, "Vodafone Germany", 0.33, 1.1),
            (6805, "Telefonica Germany", 0.17, 0.75),
            (8881, "1&1 Versatel", 0.08, 0.95),
        ],
    },
    Country {
        code: "AT",
        language: "de-AT",
        weight: 0.18,
        throughput_factor: 0.95,
        rtt_ms: 16.0,
        cities: &[
            ("AT-9", "Vienna", 0.48),
            ("AT-6", "Graz", 0.20),
            ("AT-4", "Linz", 0.18),
            ("AT-2", "Klagenfurt", 0.14),
        ],
        isps: &[
            (8447, "A1 Telekom Austria", 0.50, 1.0),
            (8412, "Magenta Telekom", 0.32, 1.1),
            (25255, "Hutchison Drei Austria", 0.18, 0.7),
        ],
    },
    Country {
        code: "CH",
        language: "de-CH",
        weight: 0.09,
        throughput_factor: 1.5,
        rtt_ms: 14.0,
        cities: &[
            ("CH-ZH", "Zurich", 0.55),
            ("CH-BE", "Bern", 0.25),
            ("CH-GE", "Geneva", 0.20),
        ],
        isps: &[
            (3303, "Swisscom", 0.58, 1.0),
            (6730, "Sunrise", 0.30, 1.0),
            (15796, "Salt Mobile", 0.12, 1.2),
        ],
    },
    Country {
        code: "US",
        language: "en-US",
        weight: 0.12,
        throughput_factor: 1.2,
        rtt_ms: 28.0,
        cities: &[
            ("US-NY", "New York", 0.35),
            ("US-CA", "Los Angeles", 0.30),
            ("US-TX", "Dallas", 0.20),
            ("US-IL", "Chicago", 0.15),
        ],
        isps: &[
            (7922, "Comcast", 0.36, 1.1),
            (20115, "Charter", 0.24, 1.0),
            (701, "Verizon", 0.20, 1.2),
            (21928, "T-Mobile US", 0.20, 0.7),
        ],
    },
    Country {
        code: "GB",
        language: "en-GB",
        weight: 0.10,
        throughput_factor: 1.0,
        rtt_ms: 20.0,
        cities: &[("GB-LND", "London", 0.6), ("GB-MAN", "Manchester", 0.4)],
        isps: &[
            (2856, "BT", 0.4, 1.0),
            (5089, "Virgin Media", 0.3, 1.25),
            (5607, "Sky UK", 0.3, 0.9),
        ],
    },
    Country {
        code: "FR",
        language: "fr-FR",
        weight: 0.08,
        throughput_factor: 1.2,
        rtt_ms: 18.0,
        cities: &[("FR-IDF", "Paris", 0.7), ("FR-ARA", "Lyon", 0.3)],
        isps: &[
            (3215, "Orange", 0.5, 1.0),
            (12322, "Free", 0.3, 1.1),
            (15557, "SFR", 0.2, 0.9),
        ],
    },
    Country {
        code: "BR",
        language: "pt-BR",
        weight: 0.05,
        throughput_factor: 0.6,
        rtt_ms: 45.0,
        cities: &[("BR-SP", "Sao Paulo", 0.65), ("BR-RJ", "Rio de Janeiro", 0.35)],
        isps: &[(28573, "Claro", 0.5, 1.0), (18881, "Vivo", 0.5, 1.0)],
    },
    Country {
        code: "IN",
        language: "en-IN",
        weight: 0.04,
        throughput_factor: 0.45,
        rtt_ms: 60.0,
        cities: &[("IN-MH", "Mumbai", 0.6), ("IN-KA", "Bengaluru", 0.4)],
        isps: &[(55836, "Reliance Jio", 0.6, 0.9), (24560, "Airtel", 0.4, 1.1)],
    },
];

/// Something people watch on.
#[derive(Debug)]
pub struct Device {
    /// The header.
    pub user_agent: &'static str,
    /// Device class in the words of the attribute catalogue.
    pub class: &'static str,
    /// Browser, as people call it.
    pub browser: &'static str,
    /// Operating system, as people call it.
    pub os: &'static str,
    /// Share of the audience.
    pub weight: f64,
    /// The publisher's name of its player there.
    pub player_name: &'static str,
    /// Playback library and its version.
    pub player_software: (&'static str, &'static str),
    /// How the first frame is seen there.
    pub first_frame_method: FirstFrameMethod,
    /// Width and height of the player on the page in CSS pixels, and device pixels per CSS pixel.
    pub display: (u32, u32, f64),
    /// Median time from the first segment to the first frame, and of building the player, ms.
    pub decode_ms: f64,
    /// Share of frames it drops at 1080p.
    pub dropped_share: f64,
    /// Share of its viewers on a cellular connection.
    pub cellular_share: f64,
    /// Whether a viewer may put it into the background while watching.
    pub can_hide: bool,
}

const HLS_JS: (&str, &str) = ("hls.js", "1.7.4");
const HTML5: (&str, &str) = ("html5", "");
const SHAKA: (&str, &str) = ("shaka-player", "4.16.7");
const DASH_JS: (&str, &str) = ("dash.js", "5.1.0");

use FirstFrameMethod::{FrameCallback, PlayheadAdvance};

/// The audience's devices.
pub const DEVICES: &[Device] = &[
    Device {
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        class: "desktop",
        browser: "Chrome",
        os: "Windows",
        weight: 0.20,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1280, 720, 1.25),
        decode_ms: 90.0,
        dropped_share: 0.002,
        cellular_share: 0.03,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        class: "desktop",
        browser: "Chrome",
        os: "macOS",
        weight: 0.06,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1280, 720, 2.0),
        decode_ms: 70.0,
        dropped_share: 0.001,
        cellular_share: 0.02,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
        class: "desktop",
        browser: "Firefox",
        os: "Windows",
        weight: 0.06,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1280, 720, 1.25),
        decode_ms: 110.0,
        dropped_share: 0.003,
        cellular_share: 0.03,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        class: "desktop",
        browser: "Firefox",
        os: "Linux",
        weight: 0.02,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1280, 720, 1.0),
        decode_ms: 130.0,
        dropped_share: 0.005,
        cellular_share: 0.01,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
        class: "desktop",
        browser: "Safari",
        os: "macOS",
        weight: 0.06,
        player_name: "Web",
        player_software: HTML5,
        first_frame_method: FrameCallback,
        display: (1280, 720, 2.0),
        decode_ms: 80.0,
        dropped_share: 0.001,
        cellular_share: 0.02,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        class: "desktop",
        browser: "Edge",
        os: "Windows",
        weight: 0.07,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1280, 720, 1.25),
        decode_ms: 90.0,
        dropped_share: 0.002,
        cellular_share: 0.03,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        class: "phone",
        browser: "Chrome",
        os: "Android",
        weight: 0.15,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (412, 232, 2.625),
        decode_ms: 160.0,
        dropped_share: 0.006,
        cellular_share: 0.45,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36",
        class: "tablet",
        browser: "Samsung Internet",
        os: "Android",
        weight: 0.03,
        player_name: "Web",
        player_software: HLS_JS,
        first_frame_method: FrameCallback,
        display: (1024, 576, 2.0),
        decode_ms: 150.0,
        dropped_share: 0.006,
        cellular_share: 0.08,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
        class: "phone",
        browser: "Mobile Safari",
        os: "iOS",
        weight: 0.12,
        player_name: "Web",
        player_software: HTML5,
        first_frame_method: FrameCallback,
        display: (393, 221, 3.0),
        decode_ms: 110.0,
        dropped_share: 0.001,
        cellular_share: 0.45,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1",
        class: "tablet",
        browser: "Chrome",
        os: "iOS",
        weight: 0.03,
        player_name: "Web",
        player_software: HTML5,
        first_frame_method: FrameCallback,
        display: (1080, 608, 2.0),
        decode_ms: 110.0,
        dropped_share: 0.001,
        cellular_share: 0.08,
        can_hide: true,
    },
    Device {
        user_agent: "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) 108.0.5359.1/8.0 TV Safari/537.36",
        class: "tv",
        browser: "Samsung Browser",
        os: "Tizen",
        weight: 0.09,
        player_name: "TV app",
        player_software: SHAKA,
        first_frame_method: PlayheadAdvance,
        display: (1920, 1080, 1.0),
        decode_ms: 420.0,
        dropped_share: 0.004,
        cellular_share: 0.0,
        can_hide: false,
    },
    Device {
        user_agent: "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.270 Safari/537.36 WebAppManager",
        class: "tv",
        browser: "LG Browser",
        os: "webOS",
        weight: 0.07,
        player_name: "TV app",
        player_software: SHAKA,
        first_frame_method: PlayheadAdvance,
        display: (1920, 1080, 1.0),
        decode_ms: 380.0,
        dropped_share: 0.004,
        cellular_share: 0.0,
        can_hide: false,
    },
    Device {
        user_agent: "Mozilla/5.0 (PlayStation; PlayStation 5/9.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15",
        class: "console",
        browser: "PlayStation Browser",
        os: "PlayStation",
        weight: 0.02,
        player_name: "Console app",
        player_software: DASH_JS,
        first_frame_method: PlayheadAdvance,
        display: (1920, 1080, 1.0),
        decode_ms: 180.0,
        dropped_share: 0.001,
        cellular_share: 0.0,
        can_hide: false,
    },
    Device {
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edge/44.22631.3007",
        class: "console",
        browser: "Edge",
        os: "Xbox",
        weight: 0.02,
        player_name: "Console app",
        player_software: DASH_JS,
        first_frame_method: PlayheadAdvance,
        display: (1920, 1080, 1.0),
        decode_ms: 180.0,
        dropped_share: 0.001,
        cellular_share: 0.0,
        can_hide: false,
    },
];

/// One rung of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// Declared average bandwidth, bit/s.
    pub average_bps: u32,
    /// Declared peak bandwidth, bit/s.
    pub peak_bps: u32,
    /// Picture width, pixels.
    pub width: u32,
    /// Picture height, pixels.
    pub height: u32,
}

const fn rung(width: u32, height: u32, average_bps: u32, peak_bps: u32) -> Rung {
    Rung {
        average_bps,
        peak_bps,
        width,
        height,
    }
}

/// A ladder for films and series.
pub const LADDER_FILM: &[Rung] = &[
    rung(416, 234, 240_000, 320_000),
    rung(640, 360, 640_000, 860_000),
    rung(854, 480, 1_200_000, 1_600_000),
    rung(1280, 720, 2_600_000, 3_500_000),
    rung(1920, 1080, 5_200_000, 7_000_000),
    rung(3840, 2160, 13_500_000, 18_000_000),
];

/// A ladder for news, talk and short clips.
pub const LADDER_SIMPLE: &[Rung] = &[
    rung(640, 360, 520_000, 700_000),
    rung(960, 540, 1_300_000, 1_800_000),
    rung(1280, 720, 2_200_000, 3_000_000),
    rung(1920, 1080, 4_300_000, 5_800_000),
];

/// A ladder for sport, at 50 frames a second.
pub const LADDER_SPORT: &[Rung] = &[
    rung(640, 360, 900_000, 1_200_000),
    rung(960, 540, 1_900_000, 2_500_000),
    rung(1280, 720, 3_900_000, 5_200_000),
    rung(1920, 1080, 7_800_000, 10_500_000),
];
