//! The ports' contract suite on a real runtime: function `contract` (tests/contract) runs the cases
//! of `testkit::contract` against its own platform, one a request.
//!
//! `BASE` is where it is served, `GITHUB_API_URL` where it expects testkit's `Peer`.

use std::{
    env,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Listener, Peer},
    pattern,
    sign::hex,
};

use crate::{
    fakes,
    http::{self, Content, Request, Response, Sink},
};

/// Bytes of the object that is passed through.
const LARGE: u64 = 300 << 20;

/// How long deferred work waits before it does what is looked for, and how long it may take.
const DEFERRED: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs every case and prints its result.
pub fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let Ok(base) = env::var("BASE") else {
        println!("no server to test: set BASE to the origin that serves the function `contract`");
        return Ok(true);
    };
    let authority = base.trim_end_matches('/').trim_start_matches("http://");
    let peer = env::var("GITHUB_API_URL").context("GITHUB_API_URL is not set")?;
    let _peer = Listener::bind(fakes::port(&peer)?)?.serve(Peer);
    let runtime = env::var("RUNTIME").unwrap_or_else(|_| "server".into());

    let listed = ask(authority, "GET", "/contract")?.expect(200)?.json()?;
    let cases = listed["cases"].as_array().context("no list of cases")?;
    let (mut passed, mut failed) = (0, 0);
    let mut report = |name: &str, result: Result<()>| match result {
        Ok(()) => {
            passed += 1;
            println!("ok      {name}");
        }
        Err(error) => {
            failed += 1;
            println!("FAILED  {name}\n        {error:#}");
        }
    };
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
        let name = text("name");
        report(&format!("{}: {name}", text("port")), one(authority, &name));
    }
    report("large objects pass through", large(authority));
    report("ranges of large objects are right", ranges(authority));
    report("work goes on after the response", deferred(authority));
    println!("\ncontract on {runtime}: {passed} passed, {failed} failed");
    Ok(failed == 0 && passed > 3)
}

fn ask(authority: &str, method: &str, target: &str) -> Result<Response> {
    ask_with(authority, method, target, &[], None)
}

fn ask_with(
    authority: &str,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    sink: Option<Sink<'_>>,
) -> Result<Response> {
    let request = Request {
        method,
        target,
        headers,
        content: Content::Nothing,
    };
    http::send(authority, request, sink)
}

fn one(authority: &str, name: &str) -> Result<()> {
    let answer = ask(authority, "POST", &format!("/contract/{name}"))?;
    ensure!(answer.status == 200, "{}", answer.text());
    Ok(())
}

/// The body is generated, stored, and read again, with its length announced.
fn large(authority: &str) -> Result<()> {
    let path = format!("/contract/generate?bytes={LARGE}");
    ask(authority, "GET", &path)?.expect(201)?;
    let mut seen = 0;
    let mut right = true;
    let mut sink = |piece: &[u8]| {
        right &= pattern::piece(seen, piece.len()) == piece;
        seen += piece.len() as u64;
    };
    let path = format!("/contract/objects/generated-{LARGE}");
    let answer = ask_with(authority, "GET", &path, &[], Some(&mut sink))?.expect(200)?;
    ensure!(answer.header("content-length")? == LARGE.to_string());
    ensure!(seen == LARGE, "{seen} of {LARGE} bytes came");
    ensure!(right, "the bytes are not those that were stored");
    Ok(())
}

fn ranges(authority: &str) -> Result<()> {
    let path = format!("/contract/objects/generated-{LARGE}");
    for (header, first, last) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=1048575-1048576".to_owned(), 1_048_575, 1_048_576),
        (format!("bytes={}-", LARGE - 5), LARGE - 5, LARGE - 1),
        ("bytes=-5".to_owned(), LARGE - 5, LARGE - 1),
        (
            "bytes=100000000-103000000".to_owned(),
            100_000_000,
            103_000_000,
        ),
    ] {
        let headers = [("range".to_owned(), header.clone())];
        let answer = ask_with(authority, "GET", &path, &headers, None)?.expect(206)?;
        let range = format!("bytes {first}-{last}/{LARGE}");
        ensure!(answer.header("content-range")? == range, "{header}");
        let length = usize::try_from(last - first + 1)?;
        ensure!(answer.header("content-length")? == length.to_string());
        let expected = pattern::piece(first, length);
        ensure!(
            answer.body == expected,
            "{header}: {} is not {}",
            hex(&answer.body[..answer.body.len().min(16)]),
            hex(&expected[..length.min(16)])
        );
    }
    ask(authority, "DELETE", &path)?.expect(204)?;
    ask(authority, "GET", &path)?.expect(404)?;
    Ok(())
}

fn deferred(authority: &str) -> Result<()> {
    let object = "/contract/objects/deferred-case";
    ask(authority, "DELETE", object)?.expect(204)?;
    let path = format!(
        "/contract/defer?key=deferred-case&milliseconds={}",
        DEFERRED.as_millis()
    );
    let started = Instant::now();
    ask(authority, "POST", &path)?.expect(202)?;
    let answered = started.elapsed();
    ensure!(answered < DEFERRED, "the answer took {answered:?}");
    while ask(authority, "GET", object)?.status != 200 {
        ensure!(started.elapsed() < PATIENCE, "nothing came of it");
        thread::sleep(Duration::from_millis(100));
    }
    ensure!(started.elapsed() >= DEFERRED, "it came before its time");
    Ok(())
}
