//! Here lives the Python that generators and tests run in: a virtual environment below the target folder with exactly what
//! `clients/python/requirements.txt` pins, made when it is absent or the pins have changed.

use std::{path::PathBuf, process::Stdio};

use anyhow::Result;

use crate::{
    prerequisites::on_path,
    project::{Project, output, run, run_step, say},
};

/// What is installed.
const REQUIREMENTS: &str = "clients/python/requirements.txt";
/// The oldest Python that the tools run on.
const PYTHON_MIN: (u32, u32) = (3, 10);

/// The environment.
#[derive(Debug, Clone)]
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment, or why there can be none here.
    pub fn prepare(project: &Project) -> Result<Result<Self, String>> {
        let wanted = format!("Python {}.{} or newer", PYTHON_MIN.0, PYTHON_MIN.1);
        if on_path("python3").is_none() {
            return Ok(Err(format!("{wanted} is needed; python3 is not installed")));
        }
        let version = output(
            project
                .command("python3")
                .args(["-c", "import sys; print(*sys.version_info[:2])"]),
        )?;
        let mut parts = version.split_whitespace().map(str::parse::<u32>);
        match (parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= PYTHON_MIN => {}
            _ => return Ok(Err(format!("{wanted} is needed; python3 is {}", version.trim()))),
        }
        let folder = project.target.join("xtask/python");
        let requirements = project.path(REQUIREMENTS);
        let python = Self { folder };
        let made = project.when_changed(
            "python",
            std::slice::from_ref(&requirements),
            &python.program("pip"),
            || {
                // Beside what an interrupted or older one left.
                run(project
                    .command("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(&python.folder))?;
                run_step(
                    "installing what the Python tools need (once)",
                    project
                        .command(python.program("python"))
                        .args([
                            "-m",
                            "pip",
                            "install",
                            "--quiet",
                            "--disable-pip-version-check",
                            "--requirement",
                        ])
                        .arg(&requirements),
                )
            },
        );
        match made {
            Ok(()) => Ok(Ok(python)),
            Err(error) => {
                if !can_make_environments(project) {
                    return Ok(Err(
                        "python3 has no module venv (Debian: apt-get install python3-venv)".to_owned()
                    ));
                }
                Err(error)
            }
        }
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Its programs' folder, for those that start others by name.
    pub fn search_path(&self) -> std::ffi::OsString {
        let mut path = self.folder.join("bin").into_os_string();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        path
    }
}

/// Whether `python3` can make an environment with pip in it.
fn can_make_environments(project: &Project) -> bool {
    let asked = project
        .command("python3")
        .args(["-c", "import venv, ensurepip"])
        .stderr(Stdio::null())
        .status();
    match asked {
        Ok(status) => status.success(),
        Err(error) => {
            say(format!("python3: {error}"));
            false
        }
    }
}
