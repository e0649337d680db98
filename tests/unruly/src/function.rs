//! What it does.

use std::{
    hint::black_box,
    mem,
    time::{Duration, Instant},
};

use edge::{Function, Request, Response, StatusCode, Unhealthy};

/// How long it burns CPU for one request, unless it is stopped.
const BURN: Duration = Duration::from_secs(20);

/// What it takes of memory at a time, in bytes.
const PIECE: usize = 4 << 20;

/// In the website's place.
pub struct Unruly;

impl<H> Function<H> for Unruly {
    const NAME: &'static str = "site";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    /// 1. `/panic`: a trap, which ends the instance with everything else that it was doing.
    /// 2. `/leak`: takes memory and never gives it back, until there is none.
    /// 3. `/burn`: computes, without ever letting another request have its turn.
    /// 4. Anything else: `200`.
    async fn handle(_: &H, request: Request) -> Response {
        match request.path.as_str() {
            "/panic" => panic!("as it was told to"),
            "/leak" => loop {
                // Written, so that it is really taken.
                mem::forget(black_box(vec![1_u8; PIECE]));
            },
            "/burn" => burn(),
            _ => {}
        }
        Response::new(StatusCode::OK)
    }

    async fn health(_: &H) -> Result<(), Unhealthy> {
        Ok(())
    }
}

fn burn() {
    let started = Instant::now();
    let mut number = 1_u64;
    while started.elapsed() < BURN {
        for _ in 0..100_000 {
            number = black_box(number.wrapping_mul(6_364_136_223_846_793_005) + 1);
        }
    }
}
