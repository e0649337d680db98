//! What an instance of a function remembers from one request to the next.
//!
//! A platform may end an instance at any time and have several at once, so nothing may depend on what
//! is remembered. Only finished values are kept, never a future: Workers would cancel a request that
//! waits for another one's.

use std::{any::Any, collections::HashMap, rc::Rc};

/// What an entry takes besides its bytes: its key, its place and what it points to. An estimate, so
/// that a great many small ones are bounded too.
const OVERHEAD: usize = 256;

/// Values by key within a budget of bytes. For a new one those give way that have not been used for
/// longest.
#[derive(Debug)]
pub struct Bounded<V> {
    entries: HashMap<String, Entry<V>>,
    bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
            uses: 0,
        }
    }
}

impl<V> Bounded<V> {
    /// The value of `key`, which counts as used.
    pub fn get(&mut self, key: &str) -> Option<&mut V> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.uses;
        Some(&mut entry.value)
    }

    /// Puts `value`, of `bytes` bytes, in the place of what `key` had.
    pub fn put(&mut self, key: String, value: V, bytes: usize) {
        self.remove(&key);
        self.uses += 1;
        let bytes = bytes + key.len() + OVERHEAD;
        self.bytes += bytes;
        let used = self.uses;
        self.entries.insert(key, Entry { value, bytes, used });
    }

    /// Removes the value of `key`.
    pub fn remove(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }

    /// Removes values until they take at most `budget` bytes.
    pub fn trim(&mut self, budget: usize) {
        while self.bytes > budget {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.remove(&key);
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What functions have an instance remember; each knows the type of its own.
pub type Memory = Bounded<Rc<dyn Any>>;

/// Most bytes that an instance remembers.
pub const MEMORY: usize = 4 * 1024 * 1024;

/// An instance's memory.
pub trait Remember {
    /// Works on the memory.
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T;

    /// What is remembered as `key`, if it is of this type.
    fn recall<V: 'static>(&self, key: &str) -> Option<Rc<V>> {
        let found = self.with_memory(|memory| memory.get(key).map(|value| Rc::clone(value)));
        found.and_then(|value| value.downcast().ok())
    }

    /// Remembers `value`, of about `bytes` bytes, as `key`.
    fn remember<V: 'static>(&self, key: String, value: Rc<V>, bytes: usize) {
        self.with_memory(|memory| {
            memory.put(key, value, bytes);
            memory.trim(MEMORY);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn what_was_not_used_for_longest_gives_way() {
        let mut bounded = Bounded::default();
        for key in ["a", "b", "c"] {
            bounded.put(key.to_owned(), key, 1000);
        }
        assert_eq!(bounded.get("a"), Some(&mut "a"));
        bounded.trim(2 * 1300);
        assert_eq!(bounded.get("b"), None);
        assert_eq!(bounded.get("a"), Some(&mut "a"));
        assert_eq!(bounded.len(), 2);
        bounded.put("a".to_owned(), "new", 1000);
        assert_eq!(bounded.get("a"), Some(&mut "new"));
        assert_eq!(bounded.len(), 2);
        bounded.trim(0);
        assert!(bounded.is_empty());
    }

    /// However small they are.
    #[test]
    fn their_number_is_bounded() {
        let mut bounded = Bounded::default();
        for number in 0..10_000 {
            bounded.put(number.to_string(), (), 0);
            bounded.trim(100_000);
        }
        assert!(bounded.len() < 400, "{}", bounded.len());
    }
}
