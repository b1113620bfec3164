//! The program: one binary, one command for each thing an operator does.
//!
//! What a command does in detail lives in the module of its name; the rooms it composes know nothing of each other.

mod account;
mod arguments;
mod canary;
#[cfg(test)]
mod deploy;
mod dev;
mod documents;
mod health;
mod logging;
mod openapi;
mod serve;
mod share;
mod simulate;
mod tls;
mod web;

use anyhow::Context as _;
use clap::Parser as _;

use crate::arguments::{Arguments, Command};

/// Many small texts come and go on every thread: this allocator takes half of what the system's does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    logging::start();
    match arguments.command {
        // The engine brings its own runtime: its process does nothing else.
        Command::Engine(engine) => run(engine.run()),
        Command::Serve(serve) => run(serve::serve(*serve)),
        Command::Dev(dev) => run(dev::dev(dev)),
        Command::Account(account) => run(account::account(account)),
        Command::Migrate(migrate) => run(serve::migrate(migrate)),
        Command::BuildCells(cells) => run(serve::build_cells(cells)),
        Command::Simulate(simulate) => run(simulate::simulate(simulate)),
        Command::Docs { which } => documents::print(which),
    }
}

/// Runs a command on actix's runtime, which is tokio's with one thread per worker.
fn run(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    actix_web::rt::System::new()
        .block_on(command)
        .context("playhead stopped")
}
