//! Whoever else is on the test's internet: the bucket that the nodes share, GitHub, Discord, a site with
//! images, and people who publish. A program of the black-box suite (tests/src/outside), which has
//! them all.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{repository::Repository, run};

/// The program.
const NAME: &str = "outside";

/// The running program; it ends when this is dropped.
pub struct Outside {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What the functions are to be told, by the names of Workers' variables.
    variables: BTreeMap<String, String>,
}

impl Outside {
    /// Builds it, which takes its time the first time.
    ///
    /// # Errors
    /// It does not compile.
    pub fn build(repository: &Repository) -> Result<()> {
        let mut cargo = run::cargo(repository);
        run::run(cargo.args(["build", "--locked", "--package", "blackbox", "--bin", NAME]))
    }

    /// Starts it at an address of this machine.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(repository: &Repository, address: &str) -> Result<Self> {
        let program = repository.target()?.join("debug").join(NAME);
        let mut child = Command::new(program)
            .env("FAKES_ADDRESS", address)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start what is around the fleet")?;
        let input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut outside = Self {
            child,
            input,
            output,
            variables: BTreeMap::new(),
        };
        let told = outside.answer("ready")?;
        outside.variables = serde_json::from_str(&told)?;
        Ok(outside)
    }

    /// Has something done through the front at an address; gives what came of it.
    ///
    /// # Errors
    /// It failed.
    pub fn ask(&mut self, what: &str, front: &str) -> Result<String> {
        writeln!(self.input, "{what} {front}:80")?;
        self.answer("ok")
    }

    /// The next line that begins with a word, without it.
    fn answer(&mut self, word: &str) -> Result<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("what is around the fleet has ended");
            }
            match line.trim_end().split_once(' ') {
                Some((first, rest)) if first == word => return Ok(rest.to_owned()),
                Some(("failed", why)) => bail!("{why}"),
                _ => print!("  {line}"),
            }
        }
    }

    /// The values of the variables named, as the file of a secret has them.
    ///
    /// # Errors
    /// TOML cannot say them.
    pub fn told(&self, names: &[String]) -> Result<String> {
        let mut values = BTreeMap::new();
        for name in names {
            if let Some(value) = self.variables.get(&name.to_uppercase()) {
                values.insert(name, value);
            }
        }
        Ok(toml::to_string(&values)?)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
