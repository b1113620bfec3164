//! Browser, operating system and device class from a `User-Agent`.
//!
//! Names and versions come from uap-core's patterns through `ua-parser`. The patterns are the npm package `uap-core`, pinned in
//! `ingest/package.json` and read when the process starts; without them a user agent says nothing. Our own, because uap-core has
//! no device classes and people group by "Chrome", not by "Chrome Mobile iOS": the class, one name per browser family, and null
//! instead of the versions that browsers have frozen (`Android 10; K`, `Mac OS X 10_15_7`).

use std::{
    collections::HashMap,
    env, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use ua_parser::{Extractor, Regexes};

/// User agents longer than this are cut: 1 KiB, twice the longest in use. Bounds what a stranger can make the patterns chew.
const BYTES_MAX: usize = 1_024;
/// User agents remembered per generation of the cache; two generations live, about 5 MB together.
const GENERATION: usize = 8_192;

/// The patterns cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UserAgentError {
    /// The file cannot be read.
    #[error("reading the user agent patterns {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is no YAML of uap-core's form.
    #[error("parsing the user agent patterns {}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: Box<serde_saphyr::Error>,
    },
    /// A pattern is no regular expression that we can use.
    #[error("compiling the user agent patterns {}: {reason}", path.display())]
    Compile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Where uap-core's patterns are: `PLAYHEAD_UA_PATTERNS` when set, else `regexes.yaml` in the nearest `node_modules/uap-core` upwards
/// of the executable, then upwards of the current directory. `None` when they are in none of these.
#[must_use]
pub fn find_user_agent_patterns() -> Option<PathBuf> {
    if let Some(path) = env::var_os("PLAYHEAD_UA_PATTERNS").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let roots = [env::current_exe().ok(), env::current_dir().ok()];
    let candidates = roots.iter().flatten().flat_map(|root| root.ancestors());
    candidates
        .map(|folder| folder.join("node_modules/uap-core/regexes.yaml"))
        .find(|path| path.is_file())
}

/// What a `User-Agent` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct UserAgent {
    /// Name of the browser, without its platform's suffix.
    pub(crate) browser: Option<String>,
    /// Its major version.
    pub(crate) browser_version: Option<String>,
    /// Name of the operating system.
    pub(crate) os: Option<String>,
    /// Its version, major and minor; null where browsers report a frozen one.
    pub(crate) os_version: Option<String>,
    /// `desktop`, `phone`, `tablet`, `tv`, `console`, `bot` or `other`; null without patterns.
    pub(crate) device_class: Option<&'static str>,
}

/// Parsed user agents by text. Two generations: what is not asked for during a whole generation is dropped.
#[derive(Default)]
pub(crate) struct UserAgents {
    /// None without a file of patterns; then nothing is known of any user agent.
    patterns: Option<Extractor<'static>>,
    generations: RwLock<[HashMap<Box<str>, Arc<UserAgent>>; 2]>,
}

impl UserAgents {
    /// Reads and compiles the patterns in `path` (a tenth of a second).
    pub(crate) fn open(path: &Path) -> Result<Self, UserAgentError> {
        let text = fs::read_to_string(path).map_err(|source| UserAgentError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut patterns: Regexes<'static> = serde_saphyr::from_str(&text).map_err(|source| UserAgentError::Parse {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        // Of the more than 600 patterns of devices only those that know robots are of use here; the others would triple time and
        // memory.
        patterns
            .device_parsers
            .retain(|parser| parser.brand_replacement.as_deref() == Some("Spider"));
        let patterns = Extractor::try_from(patterns).map_err(|error| UserAgentError::Compile {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            patterns: Some(patterns),
            ..Self::default()
        })
    }

    /// What `text` says, from memory when it was parsed before.
    pub(crate) fn get(&self, text: &str) -> Arc<UserAgent> {
        let Some(patterns) = &self.patterns else {
            return Arc::default();
        };
        let text = cut(text);
        {
            let [young, _] = &*self.generations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(agent) = young.get(text) {
                return Arc::clone(agent);
            }
        }
        let old = {
            let [_, old] = &*self.generations.read().unwrap_or_else(PoisonError::into_inner);
            old.get(text).map(Arc::clone)
        };
        let agent = old.unwrap_or_else(|| Arc::new(parse(patterns, text)));
        let [young, old] = &mut *self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if young.len() >= GENERATION {
            *old = std::mem::take(young);
        }
        young.insert(text.into(), Arc::clone(&agent));
        agent
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn parse(patterns: &Extractor<'_>, text: &str) -> UserAgent {
    let (browser, os, device) = patterns.extract(text);
    let family = browser.as_ref().map_or("", |browser| &*browser.family);
    let os_family = os.as_ref().map_or("", |os| &*os.os);
    let device_brand = device
        .as_ref()
        .and_then(|device| device.brand.as_deref())
        .unwrap_or_default();
    let device_class = device_class(text, os_family, device_brand);
    let version = os.as_ref().and_then(|os| {
        let major = os.major.as_deref()?;
        Some(
            os.minor
                .as_deref()
                .map_or_else(|| major.to_owned(), |minor| format!("{major}.{minor}")),
        )
    });
    let (os_name, os_version) = if device_class == "console" {
        (console(text), None)
    } else {
        (os_name(os_family), version.filter(|_| !is_frozen(text)))
    };
    UserAgent {
        browser: browser_name(family),
        browser_version: browser.as_ref().and_then(|browser| browser.major).map(str::to_owned),
        os: os_name,
        os_version,
        device_class: Some(device_class),
    }
}

fn not_empty(name: &str) -> Option<String> {
    (!name.is_empty() && name != "Other").then(|| name.to_owned())
}

/// One name per browser, whatever it runs on; the operating system and the device class tell that.
fn browser_name(family: &str) -> Option<String> {
    not_empty(match family {
        "Chrome Mobile" | "Chrome Mobile iOS" => "Chrome",
        "Chrome Mobile WebView" => "Chrome WebView",
        "Mobile Safari" => "Safari",
        "Mobile Safari UI/WKWebView" => "Safari WebView",
        "Firefox Mobile" | "Firefox iOS" => "Firefox",
        "Edge Mobile" => "Edge",
        "Opera Mobile" => "Opera",
        other => other,
    })
}

fn os_name(family: &str) -> Option<String> {
    not_empty(match family {
        "Mac OS X" => "macOS",
        "ATV OS X" => "tvOS",
        "Web0S" => "webOS",
        other => other,
    })
}

/// The name of a console's system, which has no version worth telling.
fn console(text: &str) -> Option<String> {
    ["PlayStation", "Xbox", "Nintendo"]
        .into_iter()
        .find(|name| text.contains(name))
        .map(str::to_owned)
}

/// Whether the operating system's version is one that browsers report whatever the real one is.
fn is_frozen(text: &str) -> bool {
    // Windows 11 says "Windows NT 10.0" too, Chrome OS a fixed build.
    [
        "Android 10; K)",
        "Mac OS X 10_15_7",
        "Mac OS X 10.15",
        "Windows NT 10.0",
        "CrOS x86_64 14541",
    ]
    .into_iter()
    .any(|frozen| text.contains(frozen))
}

/// Marks of television sets and the boxes and sticks at them.
const TV_MARKS: &[&str] = &[
    "SmartTV",
    "SMART-TV",
    "Smart-TV",
    "Smart TV",
    "Web0S",
    "webOS.TV",
    "NetCast",
    "HbbTV",
    "AppleTV",
    "Apple TV",
    "Roku",
    "CrKey",
    "GoogleTV",
    "Google TV",
    "Android TV",
    "AndroidTV",
    "BRAVIA",
    "SHIELD",
    "MiTV",
    "MIBOX",
    "VIDAA",
    "Viera",
    "PhilipsTV",
    "VIZIO",
    "SmartCast",
    "Hisense",
    "TCL",
    "; AFT",
    "tvOS",
];

fn device_class(text: &str, os: &str, device_brand: &str) -> &'static str {
    let has = |mark: &str| text.contains(mark);
    if device_brand == "Spider" {
        "bot"
    } else if console(text).is_some() {
        "console"
    } else if TV_MARKS.iter().any(|mark| has(mark)) || (os == "Tizen" && has("TV")) {
        "tv"
    } else if has("iPad") || has("Tablet") || has("Kindle") || (os == "Android" && !has("Mobile")) {
        "tablet"
    } else if matches!(
        os,
        "iOS" | "Android" | "KaiOS" | "Windows Phone" | "BlackBerry OS" | "HarmonyOS"
    ) || has("Mobile")
    {
        "phone"
    } else if matches!(os, "Windows" | "Mac OS X" | "Chrome OS" | "FreeBSD" | "OpenBSD") || has("X11;") || has("Linux")
    {
        "desktop"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected, as `browser version | os version | class`, above each user agent as its browser sends it in 2025 and 2026.
    const TABLE: &str = "\
Chrome 142 | Windows - | desktop
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
Chrome 142 | macOS - | desktop
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
HeadlessChrome 142 | Linux - | desktop
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36
Chrome 142 | Chrome OS - | desktop
Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
Chrome 142 | Android - | phone
Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36
Chrome 142 | Android - | tablet
Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
Chrome 142 | Android 13 | tablet
Mozilla/5.0 (Linux; Android 13; SM-X906B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
Safari 26 | macOS - | desktop
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15
Safari 26 | iOS 18.7 | phone
Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1
Safari 26 | iOS 18.7 | tablet
Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1
Chrome 142 | iOS 18.7 | phone
Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1
Firefox 144 | iOS 18.7 | phone
Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15
Facebook 480 | iOS 18.7 | phone
Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]
Firefox 145 | Windows - | desktop
Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0
Firefox 145 | Ubuntu - | desktop
Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0
Firefox 145 | macOS - | desktop
Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0
Firefox 145 | Android 15 | phone
Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0
Firefox 145 | Android 15 | tablet
Mozilla/5.0 (Android 15; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0
Edge 142 | Windows - | desktop
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0
Edge 142 | Android - | phone
Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0
Opera 124 | Windows - | desktop
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0
IE 11 | Windows 7 | desktop
Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko
Samsung Internet 28 | Android 14 | phone
Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36
Safari - | Tizen 8.0 | tv
Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) 108.0.5359.1/8.0 TV Safari/537.36
Chrome 108 | webOS - | tv
Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36 WebAppManager
Chrome WebView 120 | Android 12 | tv
Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH2 Build/STT2.221215.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36
Chrome WebView 108 | Android 11 | tv
Mozilla/5.0 (Linux; Android 11; AFTKM Build/RS8133.2939N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.5359.220 Mobile Safari/537.36
Chrome 125 | Android 12.0 | tv
Mozilla/5.0 (Linux; Android 12.0; Build/STTL.240508.005) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV
Roku 14 | Roku 14.5 | tv
Roku/DVP-14.5 (14.5.0.4212-AE)
- - | tvOS - | tv
AppleTV14,1/18.1
Safari 15 | PlayStation - | console
Mozilla/5.0 (PlayStation; PlayStation 5/8.20) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15
Safari 13 | PlayStation - | console
Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15
Edge 142 | Xbox - | console
Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0
- - | Nintendo - | console
Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.3.15.4 NintendoBrowser/5.1.0.26119
Googlebot 2 | - - | bot
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
GPTBot 1 | - - | bot
Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)
curl 8 | - - | other
curl/8.5.0
- - | - - | other
completely made up";

    fn open() -> UserAgents {
        UserAgents::open(&find_user_agent_patterns().expect("run `npm install` first")).unwrap()
    }

    #[test]
    fn current_browsers_and_devices_are_told_apart() {
        let agents = open();
        let lines: Vec<&str> = TABLE.lines().collect();
        for pair in lines.chunks(2) {
            let agent = agents.get(pair[1]);
            let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let (browser, version) = (dash(&agent.browser), dash(&agent.browser_version));
            let (os, os_version) = (dash(&agent.os), dash(&agent.os_version));
            let got = format!(
                "{browser} {version} | {os} {os_version} | {}",
                agent.device_class.unwrap()
            );
            assert_eq!(got, pair[0], "{}", pair[1]);
        }
    }

    #[test]
    fn the_memory_is_bounded_and_gives_the_same_answer() {
        let agents = open();
        let first = agents.get("curl/8.5.0");
        assert!(Arc::ptr_eq(&first, &agents.get("curl/8.5.0")));
        for number in 0..3 {
            let text = "é".repeat(BYTES_MAX) + &number.to_string();
            assert_eq!(agents.get(&text).device_class, Some("other"));
        }
        let [young, old] = &*agents.generations.read().unwrap();
        assert_eq!(
            (young.len(), old.len()),
            (2, 0),
            "what is cut to the same text is one entry"
        );
    }

    #[test]
    fn without_patterns_nothing_is_known_and_broken_ones_are_an_error_that_names_the_file() {
        let agents = UserAgents::default();
        assert_eq!(*agents.get("curl/8.5.0"), UserAgent::default());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regexes.yaml");
        let error = |text: Option<&str>| {
            if let Some(text) = text {
                fs::write(&path, text).unwrap();
            }
            let error = UserAgents::open(&path).err().unwrap();
            assert!(error.to_string().contains("regexes.yaml"), "{error}");
            error
        };
        assert!(matches!(error(None), UserAgentError::Read { .. }));
        assert!(matches!(error(Some("os_parsers: 1")), UserAgentError::Parse { .. }));
        let broken = "user_agent_parsers:\n  - regex: '(unclosed'\nos_parsers: []\ndevice_parsers: []\n";
        assert!(matches!(error(Some(broken)), UserAgentError::Compile { .. }));
    }
}
