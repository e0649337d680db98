//! Programs in JavaScript, by the Node that `cargo xtask setup` brings.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::settings;

/// The program that runs them.
pub fn program() -> Command {
    let own = settings::root().join("node_modules/.bin/node");
    Command::new(if own.exists() { own } else { "node".into() })
}

/// What the script at `path` (below `tests/`) prints when it reads `input`.
///
/// # Errors
/// Where it cannot be run or fails, with what it says.
pub fn run(path: &str, input: &Value) -> Result<String> {
    let script: PathBuf = settings::root().join("tests").join(path);
    let mut child = program()
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("node has to be installed")?;
    let mut stdin = child.stdin.take().context("node has no input")?;
    let text = input.to_string();
    // The script reads all before it prints anything.
    stdin.write_all(text.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {said}", script.display());
    Ok(String::from_utf8(output.stdout)?)
}
