//! Here lives the build of everything a browser loads: the collector (wasm, glue, npm package), the demo player page
//! and the dashboard. Each is built again only when its sources changed.
//!
//! Contract with `collector-wasm/build.mjs`: xtask leaves the optimised module, which imports nothing, where the variable
//! `PLAYHEAD_COLLECTOR_WASM` says; the script writes `collector-wasm/dist/` with `sizes.json`.

use std::fs;

use anyhow::{Context, Result};

use crate::{
    prerequisites::{WASM_TARGET, node_packages, wasm_target},
    project::{Project, run_step},
    traps,
};

/// Linear memory is 64 KiB with this stack, one page instead of seventeen with the default of 1 MiB.
/// The fold keeps nothing large on the stack: its deepest frame is the beacon's encoder, under 4 KiB.
const WASM_STACK_BYTES: u32 = 32 * 1024;

/// Little is put inline, no loop written out several times, no load added on one way so that another can do without: 2 % less after brotli.
const WASM_SMALL: &str =
    "-C llvm-args=-inline-threshold=0 -C llvm-args=-unroll-runtime=0 -C llvm-args=-enable-load-pre=0";

/// Builds all three.
pub fn build(project: &Project) -> Result<()> {
    wasm_target(project)?;
    node_packages(project)?;
    collector(project)?;
    player(project)?;
    dashboard(project)
}

/// The collector: cargo → `traps` → wasm-opt → `build.mjs`.
pub fn collector(project: &Project) -> Result<()> {
    run_step(
        "compiling the collector",
        project
            .cargo()
            .args(["build", "--quiet", "--package", "playhead-collector-wasm", "--lib"])
            .args(["--profile", "wasm", "--target", WASM_TARGET])
            // A general RUSTFLAGS would take the place of the target's own.
            .env_remove("RUSTFLAGS")
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                format!("-C link-arg=-zstack-size={WASM_STACK_BYTES} {WASM_SMALL}"),
            ),
    )?;
    let compiled = project.target.join(WASM_TARGET).join("wasm/collector_wasm.wasm");
    let wasm = project.target.join("xtask/collector/collector.wasm");
    project.when_changed(
        "module",
        &[
            compiled.clone(),
            project.path("xtask/src/web.rs"),
            project.path("xtask/src/traps.rs"),
        ],
        &wasm,
        || {
            if let Some(folder) = wasm.parent() {
                fs::create_dir_all(folder)?;
            }
            traps::shorten(&compiled, &wasm).context("taking the words of panics out of the collector")?;
            run_step(
                "optimising the collector",
                project
                    .command("node")
                    .arg(project.path("node_modules/binaryen/bin/wasm-opt"))
                    // Flat code first: the optimiser then finds 1 % more to share. Neighbours stay neighbours: what is used most would have
                    // smaller numbers in another order, and after brotli more bytes.
                    .args(["--flatten", "--rereloop", "-Os", "-Os", "--converge"])
                    // The stack lies first in memory and grows down: it would end long before an address below 1,024 was used.
                    .arg("--low-memory-unused")
                    .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
                    .arg(&wasm)
                    .arg("-o")
                    .arg(&wasm),
            )?;
            traps::stack_lies_first(&wasm, WASM_STACK_BYTES)?;
            traps::imports_nothing(&wasm)
        },
    )?;
    let package = project.path("collector-wasm");
    let sources = [
        wasm.clone(),
        package.join("js"),
        package.join("build.mjs"),
        package.join("pack.mjs"),
        package.join("package.json"),
        project.path("package-lock.json"),
    ];
    project.when_changed("collector", &sources, &package.join("dist/sizes.json"), || {
        run_step(
            "packing the collector",
            project
                .command("node")
                .arg(package.join("build.mjs"))
                .env("PLAYHEAD_COLLECTOR_WASM", &wasm),
        )
    })
}

/// The demo player page, into `collector-wasm/dist/player/`.
pub fn player(project: &Project) -> Result<()> {
    let page = project.path("collector-wasm/player");
    let dist = project.path("collector-wasm/dist");
    let sources = [page.clone(), dist.join("sizes.json"), project.path("package-lock.json")];
    project.when_changed("player", &sources, &dist.join("player/index.html"), || {
        run_step(
            "building the player page",
            project.command("node").arg(page.join("build.mjs")),
        )
    })
}

/// The dashboard, into `dashboard/dist/`.
pub fn dashboard(project: &Project) -> Result<()> {
    let sources = [project.path("dashboard"), project.path("package-lock.json")];
    project.when_changed(
        "dashboard",
        &sources,
        &project.path("dashboard/dist/index.html"),
        || {
            run_step(
                "building the dashboard",
                project
                    .command("npm")
                    .args(["run", "--silent", "build", "--workspace", "dashboard"]),
            )
        },
    )
}
