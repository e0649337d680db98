//! Prints the commands as Discord takes them, for `cargo xtask discord register`: all of them with
//! the argument `global`, those of one server with `guild`.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

use discord::table::{Scope, registration};

fn main() -> ExitCode {
    let scope = match env::args().nth(1).as_deref() {
        Some("global") => Scope::Global,
        Some("guild") => Scope::Guild,
        _ => {
            eprintln!("error: say `global` or `guild`");
            return ExitCode::from(2);
        }
    };
    match writeln!(io::stdout(), "{}", registration(scope)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
