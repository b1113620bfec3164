//! A real engine for the tests of other crates, in a process of its own, without any program having to be built first:
//! the test's own executable, started again with [`CHILD`] as its first argument, becomes the engine before its `main`.
//!
//! TRICKY: that is why this module holds a constructor. It must do nothing at all in every other case, and whoever
//! links this module gets it, so the feature `testing` belongs under dev-dependencies only.

use std::{
    ffi::OsString,
    fmt::Debug,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    os::unix::fs::symlink,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{EngineConfig, Ready, SupervisorConfig, find_library, serve};

/// The first argument that makes a test's executable an engine.
const CHILD: &str = "playhead-engine-child";

#[used]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
static BECOME_CHILD: extern "C" fn() = become_child;

extern "C" fn become_child() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|argument| argument == CHILD) {
        std::process::exit(match child(arguments) {
            Ok(()) => 0,
            Err(words) => {
                eprintln!("engine: {words}");
                1
            }
        });
    }
}

/// Serves as a child does, with `--path DIR --listen ADDRESS:PORT`.
fn child(arguments: impl Iterator<Item = OsString>) -> Result<(), String> {
    let arguments: Vec<String> = arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let [path, directory, listen, address] = &arguments[..] else {
        return Err(format!("--path DIR --listen ADDRESS:PORT, not {arguments:?}"));
    };
    if (path.as_str(), listen.as_str()) != ("--path", "--listen") {
        return Err(format!("--path DIR --listen ADDRESS:PORT, not {arguments:?}"));
    }
    let address: SocketAddr = address.parse().map_err(|error| format!("{address}: {error}"))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime
        .block_on(serve(EngineConfig::new(directory, address)))
        .map_err(|error| error.to_string())
}

/// For a test that supervises: this executable as the program, over the data in `path`.
#[must_use]
pub fn supervisor_config(path: impl AsRef<Path>) -> SupervisorConfig {
    // Keeps the constructor in the executable.
    std::hint::black_box(BECOME_CHILD);
    let program = std::env::current_exe().expect("the path of the test's executable");
    SupervisorConfig::new(program, vec![CHILD.into()], path.as_ref())
}

/// An engine over a temporary directory. Dropping it lets the engine leave and deletes the data.
#[derive(Debug)]
pub struct EngineProcess {
    /// Where it answers, such as `http://127.0.0.1:41234`.
    pub url: String,
    /// Its process id.
    pub pid: u32,
    child: Child,
    directory: TempDir,
}

impl EngineProcess {
    /// Starts an engine and waits until it answers. Takes about 0.2 s.
    ///
    /// # Panics
    /// When the engine cannot be had; the message, or standard error above it, tells what to run.
    #[must_use]
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary directory"))
    }

    /// The same with what `prepare` put in, given the engine's address. It is done once for each build of the test's executable and each
    /// `what`, which names it; every engine has a copy of its own. Dozens of tables' changes take seconds, a copy takes none.
    ///
    /// # Panics
    /// As [`EngineProcess::start`], and when the folder beside the executable cannot be written.
    pub async fn prepared(what: impl Debug, prepare: impl AsyncFnOnce(&str)) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let executable = std::env::current_exe().expect("the path of the test's executable");
        let library = find_library().expect("the engine's library");
        let mut hasher = DefaultHasher::new();
        for program in [&executable, &library] {
            // Another build may prepare otherwise.
            let file = fs::metadata(program).expect("a program's length and time");
            (file.len(), file.modified().expect("a file system with times")).hash(&mut hasher);
        }
        let build = format!("{:016x}", hasher.finish());
        format!("{what:?}").hash(&mut hasher);
        let name = executable.file_name().expect("the executable's name").to_string_lossy();
        let folder = executable.with_file_name(format!("{name}.engines"));
        let prepared = folder.join(&build).join(format!("{:016x}", hasher.finish()));
        fs::create_dir_all(&folder).expect("a folder beside the executable");
        // Tests are processes of their own: the first prepares, the others wait for it. The lock ends with the file.
        let lock = File::create(folder.join("lock")).expect("a lock beside the executable");
        lock.lock().expect("the lock");
        if !prepared.exists() {
            forget_others(&folder, &build).expect("what other builds prepared can be deleted");
            fs::create_dir_all(folder.join(&build)).expect("a folder for this build");
            let engine = Self::start_in(tempfile::tempdir_in(&folder).expect("a folder to prepare in"));
            prepare(&engine.url).await;
            let left = engine.leave();
            fs::rename(left.path().join("engine"), &prepared).expect("what was prepared gets its name");
        }
        copy(&prepared, &directory.path().join("engine")).expect("a copy of what was prepared");
        drop(lock);
        Self::start_in(directory)
    }

    /// Ends it and keeps its folder.
    fn leave(mut self) -> TempDir {
        let empty = tempfile::tempdir().expect("a temporary directory");
        std::mem::replace(&mut self.directory, empty)
    }

    fn start_in(directory: TempDir) -> Self {
        let config = supervisor_config(directory.path().join("engine"));
        let mut child = Command::new(&config.program)
            .args(&config.args)
            .arg("--path")
            .arg(&config.path)
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test's executable starts again");
        let output = child.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the engine's first line");
        let ready: Ready = serde_json::from_str(&line).expect("the engine says that it is ready");
        Self {
            url: format!("http://{}", ready.listen),
            pid: child.id(),
            child,
            directory,
        }
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        // It leaves when its standard input closes; waiting for it lets the data be deleted in peace.
        drop(self.child.stdin.take());
        match self.child.wait() {
            Ok(status) if status.success() || std::thread::panicking() => {}
            left => eprintln!("the engine left with {left:?}"),
        }
    }
}

/// Deletes the folders in `folder` but the one called `name`.
fn forget_others(folder: &Path, name: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name() != name {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Copies a folder with all that is in it. Links stay links: those of an engine are relative.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, target)?;
        } else if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
