//! Here lives what every step needs: where the project is, how a command is run and told about, and whether an
//! output is older than what it is made from.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

/// The checked-out project and the folder Cargo builds into.
#[derive(Debug, Clone)]
pub struct Project {
    /// Folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the user put it.
    pub target: PathBuf,
}

impl Project {
    /// Finds the project this xtask was started for, else the one it was built from, and its target folder.
    pub fn find() -> Result<Self> {
        // TRICKY: two clones may share a target folder, and then a program in it may be the other's: what `cargo run` says
        // now goes before what the compiler was told then.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here.parent().context("xtask has no parent folder")?.to_path_buf();
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("asking cargo for the target folder")?;
        Ok(Self {
            root,
            target: metadata.target_directory.into_std_path_buf(),
        })
    }

    /// A path below the root.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A command in the root folder.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// The cargo that runs this xtask.
    pub fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(cargo);
        // Set by `cargo run` for this process; they would make every inner build differ from the user's own.
        for name in [
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PKG_NAME",
            "CARGO_PKG_VERSION",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// The binary Cargo makes for `profile` (`debug` or `release`).
    pub fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join(profile)
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Runs `make` unless the contents of `sources` are those of the last time it succeeded and `output` is there.
    pub fn when_changed(
        &self,
        name: &str,
        sources: &[PathBuf],
        output: &Path,
        make: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let stamp = self.target.join("xtask").join(format!("{name}.stamp"));
        let now = format!("{:016x}", contents_hash(sources)?);
        if output.exists() && fs::read_to_string(&stamp).is_ok_and(|then| then == now) {
            return Ok(());
        }
        // What fails may have left half an output.
        if stamp.exists() {
            fs::remove_file(&stamp).with_context(|| format!("removing {}", stamp.display()))?;
        }
        make()?;
        fs::create_dir_all(self.target.join("xtask"))?;
        fs::write(&stamp, now).with_context(|| format!("writing {}", stamp.display()))
    }
}

/// One line of progress, on standard error so that `--json` output stays clean.
pub fn say(line: impl AsRef<str>) {
    eprintln!("xtask: {}", line.as_ref());
}

/// Runs `command` with its output shown, and fails when it does.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("starting {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Like [`run`], with a line before and the time it took after.
pub fn run_step(title: &str, command: &mut Command) -> Result<()> {
    say(title);
    let begun = Instant::now();
    run(command)?;
    say(format!("{title}: {:.1} s", begun.elapsed().as_secs_f64()));
    Ok(())
}

/// What `command` prints on standard output; its errors are shown.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{shown} printed no UTF-8"))
}

/// The command as a person would type it.
pub fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Every file at or below `path`, sorted; generated and installed folders left out.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_path_buf()];
    while let Some(next) = open.pop() {
        if next.is_dir() {
            for entry in fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))? {
                let entry = entry?.path();
                let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if !["node_modules", "dist", "target", ".git"].contains(&name) {
                    open.push(entry);
                }
            }
        } else {
            found.push(next);
        }
    }
    found.sort();
    Ok(found)
}

/// A hash over names and contents. A changed mtime alone changes nothing, so a fresh clone of the same text rebuilds nothing twice.
fn contents_hash(sources: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        for file in files_below(source)? {
            file.hash(&mut hasher);
            fs::read(&file)
                .with_context(|| format!("reading {}", file.display()))?
                .hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}
