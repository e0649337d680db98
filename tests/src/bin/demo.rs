//! `cargo xtask demo` without the server, which it starts; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    blackbox::demo::main()
}
