//! The ports' contract on a real runtime; see `blackbox::contract`.

use std::process::ExitCode;

fn main() -> ExitCode {
    blackbox::contract::main()
}
