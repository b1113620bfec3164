//! Here lives `cargo xtask tidy`: ARCHITECTURE.md's invariants, compared with what Cargo and the tree say.
//! Arrows are ordinary and build dependencies; a dev-dependency (a real engine under a test of `store`) is not an arrow.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::project::{Project, output, say};

/// Which crate alone may name which library, and why the others go through it.
const SINGLE_CRATE: [(&str, &str); 3] = [("clickhouse", "store"), ("sqlx", "accounts"), ("libloading", "engine")];

/// Crates without a clock, randomness or I/O of their own.
pub const PURE_CRATES: [&str; 3] = ["schemas", "playback", "statistics"];

/// Pure crates that the browser build contains.
pub const BROWSER_CRATES: [&str; 2] = ["schemas", "playback"];

/// What a pure crate's `clippy.toml` has to forbid at least.
const FORBIDDEN_IN_PURE: [&str; 3] = [
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::thread::sleep",
];

/// Largest file that is not media: 500 kB. Larger ones are data that belongs elsewhere or can be generated.
const FILE_BYTES_MAX: u64 = 500_000;

/// Where large files may lie.
const MEDIA_FOLDERS: [&str; 1] = ["collector-wasm/player/media/"];

/// Checks everything and lists every violation.
pub fn tidy(project: &Project) -> Result<()> {
    let architecture = fs::read_to_string(project.path("ARCHITECTURE.md")).context("reading ARCHITECTURE.md")?;
    let metadata = MetadataCommand::new()
        .manifest_path(project.path("Cargo.toml"))
        .no_deps()
        .exec()
        .context("asking cargo for the workspace")?;
    let mut violations = Vec::new();
    arrows(&architecture, &metadata, &mut violations);
    paths(project, &architecture, &mut violations);
    single_crate(&metadata, &mut violations);
    pure_crates(project, &mut violations)?;
    files(project, &mut violations)?;
    if violations.is_empty() {
        say("tidy: the tree is as ARCHITECTURE.md says");
        return Ok(());
    }
    for violation in &violations {
        eprintln!("tidy: {violation}");
    }
    bail!("{} violations of ARCHITECTURE.md's invariants", violations.len());
}

/// The code map: folder → folders it imports.
fn code_map(architecture: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut map = BTreeMap::new();
    for line in architecture.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [folder, _, imports] = cells.as_slice() else {
            continue;
        };
        let Some(folder) = folder.strip_prefix('`').and_then(|folder| folder.strip_suffix("/`")) else {
            continue;
        };
        let named: BTreeSet<String> = quoted(imports).map(str::to_owned).collect();
        let imports = if imports.starts_with("all of the above but") {
            map.keys().filter(|above| !named.contains(*above)).cloned().collect()
        } else {
            named
        };
        map.insert(folder.to_owned(), imports);
    }
    map
}

/// The texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Folder of a workspace member.
fn folder_of(package: &cargo_metadata::Package) -> String {
    package
        .manifest_path
        .parent()
        .and_then(|parent| parent.file_name())
        .unwrap_or_default()
        .to_owned()
}

fn arrows(architecture: &str, metadata: &Metadata, violations: &mut Vec<String>) {
    let map = code_map(architecture);
    let folders: BTreeMap<String, String> = metadata
        .packages
        .iter()
        .map(|package| (package.name.to_string(), folder_of(package)))
        .collect();
    for package in &metadata.packages {
        let folder = &folders[package.name.as_str()];
        let Some(allowed) = map.get(folder) else {
            violations.push(format!("ARCHITECTURE.md's code map has no line for {folder}/"));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            if let Some(imported) = folders.get(&dependency.name)
                && !allowed.contains(imported)
            {
                violations.push(format!(
                    "{folder}/ imports {imported}/, which ARCHITECTURE.md's code map does not allow"
                ));
            }
        }
    }
}

fn paths(project: &Project, architecture: &str, violations: &mut Vec<String>) {
    // Fenced blocks hold drawings, and their backticks would shift every pair after them.
    let prose: String = architecture.split("```").step_by(2).collect();
    for path in quoted(&prose) {
        let is_path = path.contains('/')
            && !path.starts_with('/')
            && !path.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '*' | '<' | '('));
        if is_path && !project.path(path).exists() {
            violations.push(format!("ARCHITECTURE.md names {path}, which does not exist"));
        }
    }
}

fn single_crate(metadata: &Metadata, violations: &mut Vec<String>) {
    for package in &metadata.packages {
        let folder = folder_of(package);
        for (library, owner) in SINGLE_CRATE {
            let named = package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == library && dependency.kind != DependencyKind::Development);
            if folder != owner && named {
                violations.push(format!("{folder}/ depends on {library}; only {owner}/ may"));
            }
        }
    }
}

fn pure_crates(project: &Project, violations: &mut Vec<String>) -> Result<()> {
    for pure in PURE_CRATES {
        let path = project.path(pure).join("clippy.toml");
        if !path.exists() {
            violations.push(format!("{pure}/ is pure but has no clippy.toml that forbids clocks"));
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        for forbidden in FORBIDDEN_IN_PURE {
            if !text.contains(&format!("\"{forbidden}\"")) {
                violations.push(format!("{pure}/clippy.toml does not forbid {forbidden}"));
            }
        }
    }
    Ok(())
}

fn files(project: &Project, violations: &mut Vec<String>) -> Result<()> {
    let listed = output(
        project
            .command("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]),
    )
    .context("listing the project's files")?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let path = project.path(name);
        // Deleted in the work tree but not yet in a commit.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.len() > FILE_BYTES_MAX && !MEDIA_FOLDERS.iter().any(|folder| name.starts_with(folder)) {
            violations.push(format!(
                "{name} has {} bytes; {FILE_BYTES_MAX} is the most",
                metadata.len()
            ));
        }
        if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {name}"))?;
            if !text.starts_with("//!") {
                violations.push(format!(
                    "{name} does not open with //! (what lives here, what elsewhere)"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{code_map, quoted};

    #[test]
    fn the_code_map_gives_each_folder_its_imports() {
        let map = code_map(
            "| folder | here lives | imports |\n|---|---|---|\n| `a/` | the first | |\n| `b/` | `x` | `a` |\n| `c/` | all | all of the above but `b` |",
        );
        assert_eq!(map.len(), 3);
        assert!(map["a"].is_empty());
        assert_eq!(map["b"].iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(map["c"].iter().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn quoted_texts_are_those_between_backticks() {
        assert_eq!(quoted("x `a` y `b/c`").collect::<Vec<_>>(), ["a", "b/c"]);
    }
}
