//! A real engine for the tests of other crates, in a process of its own, without any program having to be built first:
//! the test's own executable, started again with [`CHILD`] as its first argument, becomes the engine before its `main`.
//!
//! TRICKY: that is why this module holds a constructor. It must do nothing at all in every other case, and whoever
//! links this module gets it, so the feature `testing` belongs under dev-dependencies only.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{EngineConfig, Ready, SupervisorConfig, serve};

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
    _directory: TempDir,
}

impl EngineProcess {
    /// Starts an engine and waits until it answers. Takes about 0.2 s.
    ///
    /// # Panics
    /// When the engine cannot be had; the message, or standard error above it, tells what to run.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
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
            _directory: directory,
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
