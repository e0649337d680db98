//! Deliveries in memory.
//!
//! Whoever sends one is known only once its last byte is here, so anybody can have as many as they
//! like read. All that one isolate reads at once takes a bounded part of its memory, of which a part
//! is left to deliveries of an ordinary size: GitHub sends a delivery once.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use edge::{Body, BodyError, Bytes, Clock, Timestamp, clock::timeout};

/// Largest delivery of an ordinary size, in bytes: a release with its notes is far smaller, one with
/// hundreds of assets is not.
const ORDINARY: usize = 256 << 10;

/// What all deliveries take together at most, in bytes: less than half of an isolate's 128 MiB.
const TOTAL: u64 = 56_000_000;

/// What is taken together when a delivery of more than an ordinary size still gets more.
const SHARED: u64 = 40_000_000;

/// For how long a delivery is read. GitHub itself gives up after 10 seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// When a delivery is not counted any more that nobody has ended, in milliseconds.
const FORGOTTEN: i64 = 60_000;

/// After how many seconds somebody who was sent away may try again.
pub const RETRY_AFTER: &str = "15";

thread_local! {
    /// Number, bytes, and until when at most: a platform may forget a request without ending it.
    static HELD: RefCell<Vec<(u64, u64, Timestamp)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Why a delivery was not read.
#[derive(Debug)]
pub enum Unread {
    /// It is too long, or broke off.
    Body(BodyError),
    /// Others are being read that take all the memory there is for them.
    Busy,
    /// It did not come in time.
    Slow,
}

/// A delivery in memory; its share is given back when it is dropped.
#[derive(Debug)]
pub struct Intake {
    number: u64,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Intake {
    /// Reads `body`, at most `limit` bytes.
    ///
    /// # Errors
    /// [`Unread`].
    pub async fn read<C: Clock>(clock: &C, body: Body, limit: u64) -> Result<Self, Unread> {
        let mut intake = Self::begin(clock.now());
        let read = timeout(clock, PATIENCE, intake.fill(body, limit)).await;
        read.ok_or(Unread::Slow)??;
        Ok(intake)
    }

    fn begin(now: Timestamp) -> Self {
        let until = now.plus(FORGOTTEN);
        let number = NEXT.get();
        NEXT.set(number.wrapping_add(1));
        HELD.with_borrow_mut(|held| {
            held.retain(|(_, _, until)| now < *until);
            held.push((number, 0, until));
        });
        Self {
            number,
            bytes: Bytes::new(),
        }
    }

    async fn fill(&mut self, mut body: Body, limit: u64) -> Result<(), Unread> {
        let too_large = || Unread::Body(BodyError::TooLarge { limit });
        let announced = body.length().unwrap_or(0);
        if announced > limit {
            return Err(too_large());
        }
        let announced = usize::try_from(announced).unwrap_or(0);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut whole = Vec::new();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(Unread::Body)?;
            let length = whole.len() + piece.len();
            if length as u64 > limit {
                return Err(too_large());
            }
            if length > whole.capacity() {
                let room = room(length, announced, most);
                if !self.hold(room) {
                    return Err(Unread::Busy);
                }
                whole.reserve_exact(room - whole.len());
            }
            whole.extend_from_slice(&piece);
        }
        self.bytes = whole.into();
        Ok(())
    }

    /// Takes `bytes` in all, if there is room.
    fn hold(&self, bytes: usize) -> bool {
        HELD.with_borrow_mut(|held| {
            let others = held.iter().filter(|(number, ..)| *number != self.number);
            let others: u64 = others.map(|(_, bytes, _)| bytes).sum();
            let most = if bytes > ORDINARY { SHARED } else { TOTAL };
            let fits = others + bytes as u64 <= most;
            let own = held.iter_mut().find(|(number, ..)| *number == self.number);
            if let Some((_, own, _)) = own.filter(|_| fits) {
                *own = bytes as u64;
            }
            fits
        })
    }
}

/// How many bytes are made room for where `length` are there and `announced` are to come.
///
/// A large one that says how long it is gets all of it at once. Any other gets twice what is there:
/// what came in small pieces would be copied with each of them otherwise.
fn room(length: usize, announced: usize, limit: usize) -> usize {
    if length <= ORDINARY {
        return (2 * length).min(ORDINARY);
    }
    match announced >= length {
        true => announced,
        false => (2 * length).min(limit),
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.retain(|(number, ..)| *number != self.number));
    }
}
