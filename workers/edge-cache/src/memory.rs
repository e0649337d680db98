//! Copies in the memory of one instance: of small objects, for as long as it lives.

use std::{cell::RefCell, collections::HashMap, ops::Range, rc::Rc, time::Duration};

use edge::{Body, BodyError, Timestamp, memory::Bounded, objects::ObjectMeta};
use futures_util::{StreamExt, stream};

use crate::{
    CHUNK, Content, Doubt, Held, Host, Kept, MISSING_PREFIX, STALE, Shelf, ShelfError,
    doubt::later,
    shelf::{is_lasting, largest_in_memory},
};

/// Most leases. Those whose holders have gone are dropped where there would be more, and the word that
/// something is missing.
const MOST_LEASES: usize = 1024;

/// What the requests of one instance share: copies, and who asks for what.
#[derive(Debug, Default)]
pub struct Copies {
    kept: Bounded<Kept>,
    /// Holder and end of each lease, by its name.
    leases: HashMap<String, (String, Timestamp)>,
    doubt: Doubt,
}

impl Copies {
    /// No copies yet.
    pub fn new() -> Rc<RefCell<Self>> {
        Rc::default()
    }

    /// Whether answers may come from copies that stood in for the store.
    pub fn doubt(&self) -> Doubt {
        self.doubt.clone()
    }

    fn lease(
        &mut self,
        name: &str,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, ShelfError> {
        if let Some((_, end)) = self.leases.get(name)
            && *end > now
        {
            return Ok(false);
        }
        if self.leases.len() >= MOST_LEASES {
            self.leases
                .retain(|name, (_, end)| *end > now && !name.starts_with(MISSING_PREFIX));
        }
        if self.leases.len() >= MOST_LEASES {
            return Err(ShelfError("too many ask at once".to_owned()));
        }
        let held = (holder.to_owned(), until);
        self.leases.insert(name.to_owned(), held);
        Ok(true)
    }

    fn missed(&mut self, holder: &str, until: Timestamp) {
        let held = self.leases.extract_if(|_, (by, _)| by == holder);
        let missing: Vec<_> = held
            .map(|(name, (by, _))| (format!("{MISSING_PREFIX}{name}"), (by, until)))
            .collect();
        self.leases.extend(missing);
    }

    fn keep(&mut self, holder: &str, kept: Kept) -> bool {
        let key = kept.meta.key.clone();
        let is_held = self.leases.get(&key).is_some_and(|(by, _)| by == holder);
        if is_held {
            let size = usize::try_from(kept.meta.size).unwrap_or(usize::MAX);
            self.kept.put(key, kept, size);
        }
        is_held
    }
}

/// A shelf in the memory of the platform's instance.
#[derive(Debug, Clone)]
pub struct MemoryShelf<H> {
    host: H,
    copies: Rc<RefCell<Copies>>,
}

impl<H> MemoryShelf<H> {
    /// The shelf of a request, over what the instance has.
    pub fn new(host: H, copies: Rc<RefCell<Copies>>) -> Self {
        Self { host, copies }
    }
}

impl<H: Host> Shelf for MemoryShelf<H> {
    type Host = H;

    const LARGEST: u64 = CHUNK as u64;

    /// Workers ends a request whose client has gone, and nothing of it runs any more: its lease only
    /// passes with time.
    const ASKING: Duration = Duration::from_secs(3);

    fn shelf_takes(meta: &ObjectMeta) -> bool {
        meta.size <= largest_in_memory(meta)
    }

    fn host(&self) -> &H {
        &self.host
    }

    async fn shelf_find(&self, key: &str) -> Result<Option<Kept>, ShelfError> {
        Ok(self.copies.borrow_mut().kept.get(key).cloned())
    }

    async fn shelf_lease(
        &self,
        name: &str,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, ShelfError> {
        let now = self.host.now();
        self.copies.borrow_mut().lease(name, holder, until, now)
    }

    async fn shelf_extend(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError> {
        for (by, end) in self.copies.borrow_mut().leases.values_mut() {
            if by == holder {
                *end = until;
            }
        }
        Ok(())
    }

    async fn shelf_release(&self, holder: &str) -> Result<(), ShelfError> {
        let leases = &mut self.copies.borrow_mut().leases;
        leases.retain(|_, (by, _)| by != holder);
        Ok(())
    }

    async fn shelf_missed(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError> {
        self.copies.borrow_mut().missed(holder, until);
        Ok(())
    }

    async fn shelf_leased(&self, name: &str) -> Result<Option<Timestamp>, ShelfError> {
        let now = self.host.now();
        let copies = self.copies.borrow();
        let until = copies.leases.get(name).map(|(_, until)| *until);
        Ok(until.filter(|until| *until > now))
    }

    async fn shelf_renew(&self, key: &str, due: Timestamp) -> Result<(), ShelfError> {
        let now = self.host.now();
        if let Some(kept) = self.copies.borrow_mut().kept.get(key) {
            (kept.due, kept.used) = (due, now);
            kept.until = until(&kept.meta, now);
        }
        Ok(())
    }

    async fn shelf_postpone(&self, key: &str, due: Timestamp) -> Result<(), ShelfError> {
        let mut copies = self.copies.borrow_mut();
        copies.doubt.note(self.host.now());
        if let Some(kept) = copies.kept.get(key) {
            kept.due = due;
        }
        Ok(())
    }

    async fn shelf_touch(&self, key: &str) -> Result<(), ShelfError> {
        if let Some(kept) = self.copies.borrow_mut().kept.get(key) {
            kept.used = self.host.now();
        }
        Ok(())
    }

    async fn shelf_keep(
        &self,
        holder: &str,
        meta: &ObjectMeta,
        due: Timestamp,
        content: Content,
    ) -> Result<bool, ShelfError> {
        let Content::Here(bytes) = content else {
            return Err(no_chunks());
        };
        let now = self.host.now();
        let kept = Kept {
            meta: meta.clone(),
            due,
            until: until(meta, now),
            used: now,
            held: Held::Here(bytes),
        };
        Ok(self.copies.borrow_mut().keep(holder, kept))
    }

    async fn shelf_forget(&self, key: &str) -> Result<(), ShelfError> {
        let mut copies = self.copies.borrow_mut();
        copies.leases.remove(key);
        copies.leases.remove(&format!("{MISSING_PREFIX}{key}"));
        copies.kept.remove(key);
        Ok(())
    }

    async fn shelf_trim(&self, budget: u64) -> Result<(), ShelfError> {
        let budget = usize::try_from(budget).unwrap_or(usize::MAX);
        self.copies.borrow_mut().kept.trim(budget);
        Ok(())
    }

    fn shelf_open(&self, _: &str, _: Range<u64>) -> Body {
        let error = BodyError::Failed(no_chunks().0);
        Body::stream(stream::iter([Err(error)]).fuse(), None)
    }

    async fn shelf_has_room(&self, _: u64, _: u64) -> Result<bool, ShelfError> {
        Ok(false)
    }

    async fn shelf_chunk(&self, _: &str, _: u64, _: Vec<u8>) -> Result<(), ShelfError> {
        Err(no_chunks())
    }

    async fn shelf_abandon(&self, _: &str) -> Result<(), ShelfError> {
        Ok(())
    }
}

/// Until when a copy stands in for the store that has confirmed it `now`.
fn until(meta: &ObjectMeta, now: Timestamp) -> Option<Timestamp> {
    (is_lasting(meta) != Some(true)).then(|| later(now, STALE))
}

fn no_chunks() -> ShelfError {
    ShelfError("an instance's memory has no chunks".to_owned())
}
