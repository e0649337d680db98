//! What a fleet in a network of its own has around it, for `cargo xtask fleet-test`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    blackbox::outside::main()
}
