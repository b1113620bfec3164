//! Here lives what a fresh machine may lack, and how each is had: the wasm target, Node and its packages, a Chromium.

use std::{collections::BTreeMap, env, fs, path::PathBuf, process::Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::project::{Project, output, run_step, say};

/// Vite 8 and TypeScript 6 ask for at least this Node.
const NODE_MIN: (u32, u32) = (20, 19);

/// The target the collector is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the wasm target when the toolchain lacks it.
/// `rust-toolchain.toml` names it, but rustup does not always install from there (`RUSTUP_AUTO_INSTALL=0`).
pub fn wasm_target(project: &Project) -> Result<()> {
    let Ok(installed) = output(project.command("rustup").args(["target", "list", "--installed"])) else {
        // Without rustup (a distribution's Rust) the compiler itself knows whether the target's library is there.
        let libdir = output(
            project
                .command("rustc")
                .args(["--print", "target-libdir", "--target", WASM_TARGET]),
        )?;
        if !PathBuf::from(libdir.trim()).exists() {
            bail!(
                "Rust's {WASM_TARGET} library is missing: install it with your distribution's package manager, or use rustup"
            );
        }
        return Ok(());
    };
    if installed.lines().any(|line| line.trim() == WASM_TARGET) {
        return Ok(());
    }
    run_step(
        "adding the wasm target",
        project.command("rustup").args(["target", "add", WASM_TARGET]),
    )
}

/// Checks Node and npm, and installs the locked packages when the lock is newer than they are.
pub fn node_packages(project: &Project) -> Result<()> {
    let wanted = format!("Node {}.{} or newer with npm", NODE_MIN.0, NODE_MIN.1);
    let version = output(project.command("node").arg("--version")).with_context(|| {
        format!("{wanted} is needed: install it from nodejs.org or your package manager, then run this again")
    })?;
    let mut parts = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
        bail!("node --version printed {version:?}");
    };
    if (major, minor) < NODE_MIN {
        bail!(
            "{wanted} is needed, this is {}: update it, then run this again",
            version.trim()
        );
    }
    output(project.command("npm").arg("--version"))
        .with_context(|| format!("{wanted} is needed: npm was not found"))?;

    if packages_match_lock(project)? {
        return Ok(());
    }
    run_step(
        "installing npm packages (the engine's library is 180 MB, once)",
        project
            .command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
    )
}

/// Whether `node_modules` holds what `package-lock.json` asks for, by the record npm keeps of what it installed.
fn packages_match_lock(project: &Project) -> Result<bool> {
    type Packages = BTreeMap<String, Package>;
    #[derive(Deserialize)]
    struct Lock {
        packages: Packages,
    }
    #[derive(Deserialize)]
    struct Package {
        version: Option<String>,
        #[serde(default)]
        link: bool,
        #[serde(default)]
        optional: bool,
    }
    let read = |path: &str| -> Result<Packages> {
        let text = fs::read_to_string(project.path(path)).with_context(|| format!("reading {path}"))?;
        let lock: Lock = serde_json::from_str(&text).with_context(|| format!("reading {path}"))?;
        Ok(lock.packages)
    };
    let wanted = read("package-lock.json")?;
    let record = "node_modules/.package-lock.json";
    if !project.path(record).exists() {
        return Ok(false);
    }
    let installed = read(record)?;
    Ok(wanted
        .iter()
        .filter(|(path, package)| path.contains("node_modules/") && !package.link)
        .all(|(path, package)| match installed.get(path) {
            Some(there) => there.version == package.version,
            // Optional packages are those of other platforms.
            None => package.optional,
        }))
}

/// The path of a Chromium, installed from the system's packages when there is none and that is possible without asking.
pub fn chromium(project: &Project) -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM").map(PathBuf::from) {
        if path.is_file() {
            return Ok(path);
        }
        bail!("CHROMIUM says {}, which is no file", path.display());
    }
    if let Some(path) = installed_chromium() {
        return Ok(path);
    }
    // Safe to ask: `id -u` exists wherever apt-get does.
    let root = output(project.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if root && on_path("apt-get").is_some() {
        say("no Chromium here: installing it");
        run_step(
            "apt-get update",
            project.command("apt-get").args(["update", "-q"]).stdout(Stdio::null()),
        )?;
        run_step(
            "apt-get install chromium",
            project
                .command("apt-get")
                .args(["install", "-y", "-q", "--no-install-recommends", "chromium"])
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdout(Stdio::null()),
        )?;
        if let Some(path) = installed_chromium() {
            return Ok(path);
        }
    }
    bail!(
        "no Chromium found (looked for chromium, chromium-browser and google-chrome): install one, for example \
         `sudo apt-get install chromium`, or say where it is with CHROMIUM=/path/to/chromium"
    )
}

fn installed_chromium() -> Option<PathBuf> {
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .iter()
        .find_map(|name| on_path(name))
        .or_else(|| mac.is_file().then_some(mac))
}

/// Where `program` is found on the search path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
