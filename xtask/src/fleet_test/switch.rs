//! The internet between the data centres: an Ethernet switch in this process, with a port for each
//! of them, that delays, loses and cuts.
//!
//! The kernel's own `tc netem` would do it too, but is not in every kernel, and delays one end of a
//! link only; here each pair of sites has its own latency, as in deploy/sites.toml. A port is a TAP
//! device that is moved into the data centre's network namespace; all vanish with this process.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tappers::{Interface, Tap};

/// The most frames under way; more are lost, as in a router's queue.
const QUEUE: usize = 20_000;

/// The longest frame, in bytes.
const FRAME: usize = 2048;

/// What happens to frames from one port to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// How long they take, one way.
    pub delay: Duration,
    /// How many of a thousand are lost.
    pub loss: u64,
    /// Whether nothing passes at all.
    pub cut: bool,
}

/// A frame under way: when it arrives, its number, where, and what it is.
type UnderWay = Reverse<(Instant, u64, usize, Vec<u8>)>;

/// The running switch.
pub struct Switch {
    taps: Vec<Tap>,
    links: Mutex<Vec<Vec<Link>>>,
    queue: Mutex<BinaryHeap<UnderWay>>,
    arrived: Condvar,
    counter: AtomicU64,
}

impl Switch {
    /// Makes a device per name and starts to switch; `links[from][to]` says what happens between.
    ///
    /// # Errors
    /// No TAP device can be made; that takes root and /dev/net/tun.
    pub fn start(names: &[String], links: Vec<Vec<Link>>) -> Result<Arc<Self>> {
        let taps = names
            .iter()
            .map(|name| {
                let interface = Interface::new(name).context("a device's name")?;
                Tap::new_named(interface).with_context(|| format!("cannot make the device {name}"))
            })
            .collect::<Result<Vec<_>>>()?;
        let switch = Arc::new(Self {
            taps,
            links: Mutex::new(links),
            queue: Mutex::default(),
            arrived: Condvar::new(),
            counter: AtomicU64::new(0),
        });
        for port in 0..switch.taps.len() {
            let switch = Arc::clone(&switch);
            thread::spawn(move || switch.receive(port));
        }
        let sender = Arc::clone(&switch);
        thread::spawn(move || sender.deliver());
        Ok(switch)
    }

    /// The hardware address that belongs to a port: its number is how frames find it.
    pub fn address(port: usize) -> String {
        format!("02:76:74:74:00:{port:02x}")
    }

    /// Changes what happens to frames between a port and those `others`, both ways.
    pub fn change(&self, port: usize, others: &[usize], change: impl Fn(&mut Link)) {
        let mut links = lock(&self.links);
        for &other in others {
            for (from, to) in [(port, other), (other, port)] {
                if let Some(link) = links.get_mut(from).and_then(|row| row.get_mut(to)) {
                    change(link);
                }
            }
        }
    }

    /// Takes frames in from a port until its device is gone.
    fn receive(&self, port: usize) {
        let mut frame = vec![0; FRAME];
        let Some(tap) = self.taps.get(port) else {
            return;
        };
        loop {
            match tap.recv(&mut frame) {
                Ok(length) => self.forward(port, frame.get(..length).unwrap_or_default()),
                // The device is down until its namespace has set it up.
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn forward(&self, from: usize, frame: &[u8]) {
        let now = Instant::now();
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut sent = Vec::new();
        {
            let links = lock(&self.links);
            for to in destinations(frame, from, self.taps.len()) {
                let link = links.get(from).and_then(|row| row.get(to)).copied();
                let link = link.unwrap_or_default();
                if !link.cut && !is_lost(number, link.loss) {
                    sent.push(Reverse((now + link.delay, number, to, frame.to_vec())));
                }
            }
        }
        let mut queue = lock(&self.queue);
        if queue.len() < QUEUE {
            queue.extend(sent);
            self.arrived.notify_one();
        }
    }

    /// Hands frames out when they are due.
    fn deliver(&self) {
        let mut queue = lock(&self.queue);
        loop {
            let now = Instant::now();
            let wait = match queue.peek() {
                None => Duration::from_secs(1),
                Some(Reverse((due, ..))) => due.saturating_duration_since(now),
            };
            if !wait.is_zero() {
                let waited = self.arrived.wait_timeout(queue, wait);
                queue = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let Some(Reverse((_, _, to, frame))) = queue.pop() else {
                continue;
            };
            drop(queue);
            if let Some(tap) = self.taps.get(to) {
                // A device that is down loses what is sent to it.
                let _ = tap.send(&frame);
            }
            queue = lock(&self.queue);
        }
    }
}

/// The port that a frame's hardware address names; all others for what is sent to everybody.
fn destinations(frame: &[u8], from: usize, ports: usize) -> Vec<usize> {
    match frame.get(..6) {
        Some([2, 0x76, 0x74, 0x74, 0, port]) => vec![usize::from(*port)],
        Some([first, ..]) if first & 1 == 1 => (0..ports).filter(|port| *port != from).collect(),
        _ => Vec::new(),
    }
}

/// Spread evenly, and the same in every run.
fn is_lost(number: u64, of_a_thousand: u64) -> bool {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32 & 0xFFFF < of_a_thousand * 65_536 / 1000
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_find_their_port() {
        let to_two = [2, 0x76, 0x74, 0x74, 0, 2, 9, 9];
        assert_eq!(destinations(&to_two, 0, 4), [2]);
        assert_eq!(destinations(&[0xFF; 14], 1, 4), [0, 2, 3]);
        assert!(destinations(&[0, 1, 2, 3, 4, 5], 1, 4).is_empty());
        assert!(destinations(&[2, 0x76], 1, 4).is_empty());
    }

    #[test]
    fn as_many_are_lost_as_said() {
        let lost = |rate| (0..100_000).filter(|number| is_lost(*number, rate)).count();
        assert_eq!(lost(0), 0);
        assert!((900..1100).contains(&lost(10)), "{}", lost(10));
        assert_eq!(lost(1000), 100_000);
    }
}
