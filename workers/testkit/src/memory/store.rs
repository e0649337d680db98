//! The objects themselves, without port, faults or waiting.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use edge::{
    Bytes, Timestamp,
    objects::{Condition, ObjectMeta, Page, Put, Written},
};

/// Most objects in a page, whatever the caller asks for, so that callers that forget the cursor
/// are found out.
const PAGE: usize = 5;

/// What a cursor begins with, so that callers that make their own are found out.
const CURSOR: &str = "after ";

#[derive(Clone)]
pub(super) struct Entry {
    pub meta: ObjectMeta,
    pub bytes: Bytes,
}

type Watcher = Box<dyn Fn(&str)>;

#[derive(Default)]
pub(super) struct Store {
    entries: RefCell<BTreeMap<String, Entry>>,
    writes: Cell<u64>,
    watchers: RefCell<Vec<std::rc::Rc<Watcher>>>,
}

impl Store {
    pub fn watch(&self, watcher: Watcher) {
        self.watchers.borrow_mut().push(std::rc::Rc::new(watcher));
    }

    /// The object `key`, unless it has expired by `now`.
    pub fn get(&self, key: &str, now: Timestamp) -> Option<Entry> {
        let entry = self.entries.borrow().get(key).cloned();
        entry.filter(|entry| is_alive(&entry.meta, now))
    }

    /// Writes, if the condition holds.
    pub fn put(&self, key: &str, bytes: Bytes, put: &Put, now: Timestamp) -> Written {
        let there = self.get(key, now).map(|entry| entry.meta.etag);
        let holds = match &put.condition {
            Condition::Always => true,
            Condition::Absent => there.is_none(),
            Condition::Etag(etag) => there.as_ref() == Some(etag),
        };
        if !holds {
            return Written::Refused;
        }
        let number = self.writes.get() + 1;
        self.writes.set(number);
        let meta = ObjectMeta {
            key: key.to_owned(),
            size: bytes.len() as u64,
            etag: format!("write-{number}"),
            modified: now,
            sha256: put.sha256,
            content_type: put.content_type.map(str::to_owned),
            cache_control: put.cache_control.map(str::to_owned),
            expires: put.expires,
        };
        let entry = Entry {
            meta: meta.clone(),
            bytes,
        };
        self.entries.borrow_mut().insert(key.to_owned(), entry);
        self.tell(key);
        Written::Stored(meta)
    }

    pub fn delete(&self, key: &str) {
        let deleted = self.entries.borrow_mut().remove(key);
        if deleted.is_some() {
            self.tell(key);
        }
    }

    /// A page, or `None` where the cursor is not one of this store's.
    pub fn list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Option<Page> {
        let after = match cursor {
            Some(cursor) => Some(cursor.strip_prefix(CURSOR)?),
            None => None,
        };
        let entries = self.entries.borrow();
        let mut matching = entries
            .values()
            .map(|entry| &entry.meta)
            .filter(|meta| meta.key.starts_with(prefix) && is_alive(meta, now))
            .filter(|meta| after.is_none_or(|after| meta.key.as_str() > after));
        let objects: Vec<ObjectMeta> = matching
            .by_ref()
            .take(limit.min(PAGE))
            .map(listed)
            .collect();
        let more = matching.next().is_some();
        let cursor = objects
            .last()
            .filter(|_| more)
            .map(|meta| format!("{CURSOR}{}", meta.key));
        Some(Page { objects, cursor })
    }

    pub fn keys(&self, now: Timestamp) -> Vec<String> {
        let entries = self.entries.borrow();
        entries
            .values()
            .filter(|entry| is_alive(&entry.meta, now))
            .map(|entry| entry.meta.key.clone())
            .collect()
    }

    /// Tells the watchers, with nothing borrowed, since they may look at the store.
    fn tell(&self, key: &str) {
        let watchers = self.watchers.borrow().clone();
        for watcher in watchers {
            watcher(key);
        }
    }
}

fn is_alive(meta: &ObjectMeta, now: Timestamp) -> bool {
    meta.expires.is_none_or(|expires| expires > now)
}

/// What a list tells of an object: no more than the port promises.
fn listed(meta: &ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        sha256: None,
        content_type: None,
        cache_control: None,
        expires: None,
        ..meta.clone()
    }
}
