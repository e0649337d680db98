//! Which addresses are being worked on anywhere on this node: a mark in the store, created by whoever
//! comes first.
//!
//! Spin starts instances as it likes, and they share nothing but the store; so what a `Lease` is
//! within one of them, a turn is between them. Where the store is far away (Workers) one fetch in
//! each isolate costs less than asking.

use std::time::Duration;

use edge::objects::{Condition, Put, Written};
use registry::{Digest, Key};

use super::seconds_later;
use crate::Host;

/// Seconds after which a mark says nothing any more: its instance may be gone.
const LIFETIME: u64 = 15;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the mark away when it is dropped.
pub struct Turn(Option<Box<dyn FnOnce()>>);

impl std::fmt::Debug for Turn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Turn(..)")
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

impl Turn {
    /// Takes the turn to work on `key`; `None` where another instance has it. A store that fails
    /// keeps nobody from working.
    pub async fn take<H: Host>(host: &H, key: &Digest) -> Option<Self> {
        if host.has_nearby() {
            return Some(Self(None));
        }
        let path = path(key);
        let put = Put {
            condition: Condition::Absent,
            content_type: Some("application/json"),
            expires: Some(seconds_later(host.now(), LIFETIME)),
            ..Put::default()
        };
        match host.object_put(&path, "{}".into(), put).await {
            Ok(Written::Refused) => None,
            Ok(Written::Stored(_)) => {
                let host = host.clone();
                let end = move || {
                    let later = host.clone();
                    host.defer(async move {
                        // What is left is of no use in a moment.
                        let _ = later.object_delete(&path).await;
                    });
                };
                Some(Self(Some(Box::new(end))))
            }
            Err(_) => Some(Self(None)),
        }
    }

    /// Waits until nobody has the turn for `key`.
    pub async fn wait<H: Host>(host: &H, key: &Digest) {
        let path = path(key);
        let mut waited = Duration::ZERO;
        while waited < Duration::from_secs(LIFETIME) {
            if !matches!(host.object_head(&path).await, Ok(Some(_))) {
                return;
            }
            host.sleep(PAUSE).await;
            waited += PAUSE;
        }
    }
}

/// Where the mark of an address is: beside its record.
fn path(key: &Digest) -> String {
    let mut bytes = *key.bytes();
    bytes[0] = !bytes[0];
    Key::Proxied(&Digest::new(bytes)).path()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use registry::Digest;
    use testkit::memory::MemoryHost;

    use super::Turn;

    #[test]
    fn one_instance_of_a_node_has_the_turn() {
        let host = MemoryHost::new();
        let (other, key) = (host.peer(), Digest::new([7; 32]));
        let take = |host: &MemoryHost| host.block_on(Turn::take(host, &key));
        let turn = take(&host).expect("nobody has it");
        assert!(take(&other).is_none());
        drop(turn);
        host.block_on(host.run_deferred());
        let turn = take(&other).expect("it was given up");
        // An instance that has gone gives nothing up.
        std::mem::forget(turn);
        assert!(take(&host).is_none());
        host.advance(Duration::from_secs(16));
        assert!(take(&host).is_some());
    }

    #[test]
    fn whoever_waits_goes_on_when_the_turn_is_given_up() {
        let host = MemoryHost::new();
        let key = Digest::new([7; 32]);
        let turn = host.block_on(Turn::take(&host, &key));
        std::mem::forget(turn);
        let started = edge::Clock::now(&host);
        host.block_on(Turn::wait(&host.peer(), &key));
        let waited = edge::Clock::now(&host).milliseconds() - started.milliseconds();
        assert_eq!(waited, 15_000);
    }
}
