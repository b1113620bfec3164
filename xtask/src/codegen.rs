//! Here lives `cargo xtask codegen`: the catalogues and the OpenAPI document, printed by the program itself, the clients made from that
//! document, and the types of the compact form, made from their definition; all kept in the repository, so that a change of a definition
//! shows in its diff.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    clients,
    project::{Project, output, run_step, say},
};

/// Each kept file and the program's arguments that print it.
const GENERATED: [(&str, &[&str]); 3] = [
    ("docs/metrics.md", &["docs", "metrics"]),
    ("docs/errors.md", &["docs", "errors"]),
    ("schemas/openapi.json", &["docs", "openapi"]),
];

/// Writes the generated files; with `check` compares instead, and fails where they differ. Gives what could not be made here, and why.
pub fn codegen(project: &Project, check: bool) -> Result<Option<String>> {
    if !check {
        // With `check` the tests compare them. The types first: what uses them may not fit them yet.
        for (title, arguments) in [
            ("writing the types of the compact form", &["--test", "generated"][..]),
            (
                "writing new examples of it",
                &["--features", "proto", "--test", "golden"],
            ),
        ] {
            let mut test = project.cargo();
            test.args(["test", "--quiet", "--package", "playhead-schemas"])
                .args(arguments);
            run_step(title, test.env("CODEGEN", "1"))?;
        }
    }
    run_step(
        "building playhead",
        project.cargo().args(["build", "--quiet", "--package", "playhead"]),
    )?;
    let playhead = project.binary("debug", "playhead");
    let mut stale = Vec::new();
    for (path, arguments) in GENERATED {
        let mut text = output(project.command(&playhead).args(arguments))?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let kept = project.path(path);
        if fs::read_to_string(&kept).is_ok_and(|before| before == text) {
            continue;
        }
        if check {
            stale.push(path);
        } else {
            fs::write(&kept, text).with_context(|| format!("writing {path}"))?;
            say(format!("codegen: wrote {path}"));
        }
    }
    if !stale.is_empty() {
        bail!("not as the code says: {}; run `cargo xtask codegen`", stale.join(", "));
    }
    let missing = clients::generate(project, check)?;
    say("codegen: the generated files are as the code says");
    Ok(missing)
}
