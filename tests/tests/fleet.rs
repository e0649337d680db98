//! A fleet: Workers and Spin nodes on one bucket; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    blackbox::fleet::main()
}
