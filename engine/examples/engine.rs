//! The smallest child: `engine --path DIR --listen 127.0.0.1:8123`, as a [`engine::Supervisor`] starts it.

use std::process::ExitCode;

use engine::EngineConfig;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut path, mut listen) = (None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--path" => path = arguments.next(),
            "--listen" => listen = arguments.next().and_then(|listen| listen.parse().ok()),
            _ => {}
        }
    }
    let (Some(path), Some(listen)) = (path, listen) else {
        eprintln!("usage: engine --path DIR --listen ADDRESS:PORT");
        return ExitCode::from(2);
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("engine: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(engine::serve(EngineConfig::new(path, listen))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("engine: {error}");
            ExitCode::FAILURE
        }
    }
}
