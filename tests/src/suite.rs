//! The list of cases, and running them.

use std::{
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Error, Result, anyhow};

use crate::{target::Target, world::World};

/// What a case does.
type Run = Box<dyn Fn(&World) -> Result<()>>;

/// A case: its name is `group/what is right`.
pub struct Case {
    name: String,
    run: Run,
    always: bool,
    only_named: bool,
    only_with_all: bool,
}

impl Case {
    /// A case.
    pub fn new(name: impl Into<String>, run: impl Fn(&World) -> Result<()> + 'static) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
            always: false,
            only_named: false,
            only_with_all: false,
        }
    }

    /// The same, run only where a name is asked for that it holds: it takes too long for every run.
    #[must_use]
    pub fn only_named(mut self) -> Self {
        self.only_named = true;
        self
    }

    /// The same, run only where no names are asked for: it looks at what all others did.
    #[must_use]
    pub fn only_with_all(mut self) -> Self {
        self.only_with_all = true;
        self
    }

    /// The same, run whatever names are asked for: others build on it.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }
}

/// Runs every case whose name holds one of the program's arguments, or all; prints each with its
/// result, and how many passed. Without a server there is nothing to do.
pub fn main(cases: impl FnOnce() -> Result<Vec<Case>>) -> ExitCode {
    match run(cases) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cases: impl FnOnce() -> Result<Vec<Case>>) -> Result<bool> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for case in cases()? {
            println!("{}: test", case.name);
        }
        return Ok(true);
    }
    let filters: Vec<String> = words
        .into_iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let Some(target) = Target::from_environment()? else {
        println!(
            "no server to test: set RUNTIME to workerd, spin or spin-host to start one, or BASE to \
             the origin of one that is there"
        );
        return Ok(true);
    };
    let name = target.runtime.name();
    println!("server: {name} at http://{}", target.authority);
    let world = World::new(target)?;
    Ok(report(name, &world, cases()?, &filters))
}

fn report(runtime: &str, world: &World, cases: Vec<Case>, filters: &[String]) -> bool {
    let chosen = |case: &Case| {
        let named = |filter: &String| case.name.contains(filter.as_str());
        let is_meant = filters.is_empty() && !case.only_named;
        let is_named = !case.only_with_all && filters.iter().any(named);
        is_meant || case.always || is_named
    };
    let (mut passed, mut failed) = (0, Vec::new());
    let started = Instant::now();
    for case in cases.into_iter().filter(chosen) {
        let begun = Instant::now();
        let result = attempt(world, &case);
        let seconds = begun.elapsed().as_secs_f32();
        match result {
            Ok(()) => {
                passed += 1;
                println!("ok      {:<72} {seconds:>6.1} s", case.name);
            }
            Err(error) => {
                println!("FAILED  {:<72} {seconds:>6.1} s", case.name);
                println!("        {error:#}");
                failed.push(case.name);
            }
        }
    }
    println!(
        "\n{runtime}: {passed} passed, {} failed in {:.0} s",
        failed.len(),
        started.elapsed().as_secs_f32()
    );
    for name in &failed {
        println!("  failed: {name}");
    }
    failed.is_empty() && passed > 0
}

/// Runs one case; one that panics has failed and takes no other with it.
fn attempt(world: &World, case: &Case) -> Result<()> {
    world.begin(&case.name);
    let run = AssertUnwindSafe(|| (case.run)(world));
    panic::catch_unwind(run).unwrap_or_else(|cause| Err(words(&*cause)))
}

fn words(cause: &(dyn std::any::Any + Send)) -> Error {
    let text = cause.downcast_ref::<String>().cloned();
    let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    anyhow!("panicked: {}", text.unwrap_or_default())
}
