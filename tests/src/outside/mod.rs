//! What a fleet in a network of its own has around it: the bucket, GitHub, Discord, Foundry, a site with
//! images, and people who publish.
//!
//! `cargo xtask fleet-test` starts this at the address that `FAKES_ADDRESS` names. Its first line is
//! `ready` and, as JSON, what the functions are to be configured with. Then it is told, by a line
//! each, what to do through which front, and answers with `ok …` or `failed …`; other lines are for
//! people.

mod images;
mod release;

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
    net::TcpListener,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use testkit::fake::{Bucket, server};

use crate::{
    settings,
    stories::{
        large,
        restart::{self, Interrupted},
    },
    target::Target,
    world::World,
};

/// The bucket's name.
const BUCKET: &str = "packages";

/// Where the fleet is reached, whatever the node.
const PUBLIC_URL: &str = "https://fleet.test";

/// Serves until its input ends.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut variables = settings::shared()?;
    // Whether a signature is right is not this test's business; the suite `edge-s3` checks it.
    let port = TcpListener::bind((server::address(), 0))?
        .local_addr()?
        .port();
    let bucket = Bucket::start_at(port, BUCKET, |_| Ok(())).context("the bucket")?;
    configure(&mut variables, &bucket.url());
    let target = Target::at("nowhere", variables);
    let mut town = Town {
        world: World::new(target)?,
        interrupted: Vec::new(),
        published: None,
    };
    let told = serde_json::to_string(&town.world.target.variables)?;
    println!("ready {told}");
    for line in io::stdin().lock().lines() {
        match town.act(&line?) {
            Ok(said) => println!("ok {said}"),
            Err(error) => println!("failed {}", format!("{error:#}").replace('\n', " ")),
        }
    }
    Ok(())
}

fn configure(variables: &mut BTreeMap<String, String>, endpoint: &str) {
    for (name, value) in [
        ("PUBLIC_URL", PUBLIC_URL),
        ("STORE_ENDPOINT", endpoint),
        ("STORE_BUCKET", BUCKET),
        ("STORE_ACCESS_KEY_ID", "test-only-access-key-id-c2a7"),
        (
            "STORE_SECRET_ACCESS_KEY",
            "test-only-secret-access-key-95fd",
        ),
        ("ALLOW_STORE", endpoint),
        ("PROXY_CACHE_BYTES", images::BUDGET),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
}

/// Everybody around the fleet.
struct Town {
    world: World,
    interrupted: Vec<Interrupted>,
    published: Option<release::Published>,
}

impl Town {
    /// Does what a line says: `WHAT HOST:PORT`, the latter being the front that is asked.
    fn act(&mut self, line: &str) -> Result<String> {
        let (what, front) = line.split_once(' ').context("WHAT HOST:PORT")?;
        self.world.target.authority = front.to_owned();
        match what {
            "begin" => {
                self.interrupted = restart::begin(&self.world)?;
                Ok(format!("{} are interrupted", self.interrupted.len()))
            }
            "finish" => {
                restart::finish(&self.world, &self.interrupted)?;
                Ok(format!("{} are finished", self.interrupted.len()))
            }
            "large" => large::large(&self.world).map(|()| "300 MB".to_owned()),
            "publish" => {
                self.published = Some(release::publish(&self.world)?);
                Ok("a release".to_owned())
            }
            "still" => release::still(&self.world, self.published.as_ref())
                .map(|()| "as it was".to_owned()),
            "images" => images::many(&self.world),
            other => bail!("{other:?} is nothing to do"),
        }
    }
}
