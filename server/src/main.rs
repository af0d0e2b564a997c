//! The `callboard` binary: reads the command line, then hands over to the library.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use server::config::{Cli, Command, Config};
use server::db::place;
use server::{commands, serve};
use tracing_subscriber::EnvFilter;

/// See `Cargo.toml`.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    place::keep_new_files_private();
    let cli = Cli::parse();
    let config = match Config::check(&cli.settings) {
        Ok(config) => config,
        Err(errors) => {
            eprintln!("callboard cannot start with this configuration:");
            for error in errors {
                eprintln!("  {error}");
            }
            return ExitCode::from(2);
        }
    };
    start_log(config.log_json);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("callboard: the system gave no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::serve(config).await.map_err(Into::into),
            Command::Migrate => commands::migrate(config).await,
            Command::Demo => commands::demo(config).await,
            Command::Backup { file, force } => commands::back_up(&config, &file, force).await,
            Command::Restore { file, force } => commands::restore(&config, &file, force).await,
            Command::Suppressions { action } => commands::suppressions(config, action).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("callboard: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything from the level of `RUST_LOG` up, on stderr.
fn start_log(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    if json {
        log.json().flatten_event(true).init();
    } else {
        log.with_target(false).init();
    }
}
