//! The black-box suite; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    blackbox::suite::main(blackbox::stories::all)
}
