//! Here lives what is made from `schemas/openapi.json` for those who call the API: the types of the TypeScript client and the Python client.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    node::Node,
    prerequisites::node_packages,
    project::{Project, files_below, run, run_step, say},
    python::Python,
};

/// The TypeScript client's generated file; the dashboard reads it too.
const TYPESCRIPT: &str = "clients/typescript/src/schema.ts";
/// The Python package.
const PYTHON: &str = "clients/python/src/playhead_client";
/// What in it is written by hand.
const PYTHON_BY_HAND: [&str; 1] = ["asking.py"];

/// What each generated file has to be, by its path below the project.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes the generated clients; with `check` compares instead. Gives what could not be made here, and why.
pub fn generate(project: &Project, check: bool) -> Result<Option<String>> {
    let mut wanted = typescript(project)?;
    let (python, missing) = match Python::prepare(project)? {
        Ok(python) => (Some(python), None),
        Err(reason) => (None, Some(format!("the Python client: {reason}"))),
    };
    let mut kept = vec![PathBuf::from(TYPESCRIPT)];
    if let Some(python) = &python {
        wanted.extend(python_client(project, python)?);
        for file in files_below(&project.path(PYTHON))? {
            let path = file.strip_prefix(&project.root)?.to_path_buf();
            if !is_by_hand(&path) {
                kept.push(path);
            }
        }
    }
    let mut stale = Vec::new();
    for (path, text) in &wanted {
        if fs::read(project.path(path)).is_ok_and(|before| before == *text) {
            continue;
        }
        stale.push(path.display().to_string());
        if !check {
            let path = project.path(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    for path in kept.iter().filter(|path| !wanted.contains_key(*path)) {
        stale.push(path.display().to_string());
        if !check {
            fs::remove_file(project.path(path)).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    if check && !stale.is_empty() {
        bail!(
            "not as the document says: {}; run `cargo xtask codegen`",
            stale.join(", ")
        );
    }
    if !stale.is_empty() {
        say(format!("codegen: wrote {} files of the clients", stale.len()));
    }
    Ok(missing)
}

/// Whether a file of the Python package is written by hand, or left there by running it.
fn is_by_hand(path: &Path) -> bool {
    let by_hand = PYTHON_BY_HAND
        .iter()
        .any(|name| path.ends_with(Path::new(PYTHON).join(name)));
    by_hand || path.components().any(|part| part.as_os_str() == "__pycache__")
}

fn typescript(project: &Project) -> Result<Files> {
    node_packages(project)?;
    let folder = tempfile::tempdir()?;
    let made = folder.path().join("schema.ts");
    run_step(
        "generating the TypeScript client's types",
        project
            .command("node")
            .arg("node_modules/openapi-typescript/bin/cli.js")
            .arg("schemas/openapi.json")
            .arg("--output")
            .arg(&made),
    )?;
    Ok(Files::from([(PathBuf::from(TYPESCRIPT), fs::read(made)?)]))
}

/// The document without an operation, and without the schemas that nothing else speaks of.
fn without(project: &Project, path: &str) -> Result<Value> {
    let text = fs::read_to_string(project.path("schemas/openapi.json")).context("reading the document")?;
    let mut document: Value = serde_json::from_str(&text)?;
    let removed = document["paths"].as_object_mut().and_then(|paths| paths.remove(path));
    removed.with_context(|| format!("the document has no {path}"))?;
    let mut open = vec![document["paths"].clone(), document["components"]["examples"].clone()];
    let mut reached = BTreeSet::new();
    while let Some(part) = open.pop() {
        match part {
            Value::Object(object) => {
                let name = object.get("$ref").and_then(Value::as_str);
                let name = name.and_then(|name| name.strip_prefix("#/components/schemas/"));
                if let Some(name) = name.filter(|name| reached.insert((*name).to_owned())) {
                    open.push(document["components"]["schemas"][name].clone());
                }
                open.extend(object.into_iter().map(|(_, value)| value));
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| reached.contains(name));
    }
    Ok(document)
}

fn python_client(project: &Project, python: &Python) -> Result<Files> {
    let folder = tempfile::tempdir()?;
    let made = folder.path().join("playhead_client");
    let document = folder.path().join("openapi.json");
    // The generator cannot say what a beacon's events are (an object of one of many shapes), and beacons are for collectors to send.
    fs::write(&document, without(project, "/v1/beacons")?.to_string())?;
    run_step(
        "generating the Python client",
        project
            .command(python.program("openapi-python-client"))
            .args(["generate", "--meta", "none", "--fail-on-warning"])
            .arg("--path")
            .arg(&document)
            .args(["--config", "clients/python/generator.yaml"])
            .args(["--custom-template-path", "clients/python/templates"])
            .arg("--output-path")
            .arg(&made)
            // It calls ruff by name.
            .env("PATH", python.search_path()),
    )?;
    let mut files = Files::new();
    for file in files_below(&made)? {
        let within = file.strip_prefix(&made)?;
        if within
            .components()
            .any(|part| part.as_os_str().to_string_lossy().starts_with(".ruff"))
        {
            continue;
        }
        files.insert(Path::new(PYTHON).join(within), fs::read(&file)?);
    }
    Ok(files)
}

/// Runs each client's tests against a node; gives what could not run here, and why.
pub fn test(project: &Project) -> Result<Option<String>> {
    node_packages(project)?;
    run(project
        .command("npm")
        .args(["run", "--silent", "--workspace", "clients/typescript", "build"]))?;
    let node = Node::start(project, 2, 200)?;
    run(node.told(
        project
            .command("node")
            .args(["--test", "--test-reporter=spec"])
            .arg("clients/typescript/test/client.test.mjs"),
    ))?;
    let python = match Python::prepare(project)? {
        Ok(python) => python,
        Err(reason) => return Ok(Some(format!("the Python client: {reason}"))),
    };
    run(node.told(
        project
            .command(python.program("python"))
            .args(["-m", "pytest", "--quiet", "clients/python"])
            .args([
                "--rootdir",
                "clients/python",
                "--config-file",
                "clients/python/pyproject.toml",
            ])
            .env("PYTHONPATH", project.path("clients/python/src"))
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    ))?;
    Ok(None)
}

/// Runs the other vendor's SDKs against the compatible surface of a node; gives what could not run here, and why.
pub fn compatible(project: &Project) -> Result<Option<String>> {
    node_packages(project)?;
    let node = Node::start(project, 2, 200)?;
    run(node.told(
        project
            .command("node")
            .args(["--test", "--test-reporter=spec"])
            .arg("tests/compat/sdk.test.mjs"),
    ))?;
    let python = match Python::prepare(project)? {
        Ok(python) => python,
        Err(reason) => return Ok(Some(format!("the Python SDK: {reason}"))),
    };
    run(node.told(
        project
            .command(python.program("python"))
            .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests/compat"])
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    ))?;
    Ok(None)
}
