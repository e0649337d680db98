//! One worker's hold on one delivery's journal.

use std::time::Duration;

use edge::objects::{Condition, ObjectError};
use registry::{
    DeliveryId, Journal, Key,
    store::{self, StoreError, Versioned},
};

use super::staged::expiry;
use crate::{Host, failure::StepError};

/// How long a sign of life counts: a delivery whose worker has given none for so long is taken up
/// by another. In milliseconds.
const LEASE: i64 = 90_000;

/// How often a worker gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How often a journal entry is written again after the store has failed.
const ATTEMPTS: u32 = 4;

/// Journals a new delivery; whether it is new.
///
/// The mark that the delivery is open comes first: a mark without a journal is harmless, a journal
/// without a mark would never be resumed.
///
/// # Errors
/// [`StoreError`] where the store kept failing.
pub async fn open<H: Host>(host: &H, journal: &Journal) -> Result<bool, StoreError> {
    let key = Key::Delivery(&journal.delivery);
    let mut failed = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            host.sleep(pause(attempt)).await;
        }
        let created = match store::mark_open(host, &journal.delivery).await {
            Ok(()) => store::create(host, &key, journal).await,
            Err(error) => Err(error.into()),
        };
        match created {
            Ok(true) => return Ok(true),
            // A create that failed may have been stored all the same; then this is our own.
            Ok(false) if failed.is_some() => {
                let stored = store::read::<Journal, _>(host, &key).await?;
                return Ok(stored.is_some_and(|stored| stored.record.worker == journal.worker));
            }
            Ok(false) => return Ok(false),
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.unwrap_or_else(|| ObjectError::Unavailable("no attempt was made".into()).into()))
}

fn pause(attempt: u32) -> Duration {
    Duration::from_millis(100 << attempt.min(5))
}

/// A worker's hold on a journal. Whoever else writes it takes the hold away.
pub struct Session<'a, H> {
    host: &'a H,
    /// The journal as this worker last wrote it.
    pub journal: Journal,
    etag: String,
}

impl<'a, H: Host> Session<'a, H> {
    /// Takes hold of a delivery that is due; `None` where it is not: finished, waiting, or in
    /// another worker's hands.
    ///
    /// # Errors
    /// [`StepError`].
    pub async fn take(host: &'a H, delivery: &DeliveryId) -> Result<Option<Self>, StepError> {
        let key = Key::Delivery(delivery);
        let Some(Versioned { record, etag }) = store::read::<Journal, _>(host, &key).await? else {
            return Ok(None);
        };
        if !record.is_due(host.now()) {
            return Ok(None);
        }
        let mut session = Self {
            host,
            journal: record,
            etag,
        };
        session.journal.worker = worker_name(host);
        session.journal.begin(host.now());
        session.save().await?;
        Ok(Some(session))
    }

    /// Writes the journal and gives a sign of life.
    ///
    /// # Errors
    /// [`StepError::Overtaken`] where another worker has taken hold of it.
    pub async fn save(&mut self) -> Result<(), StepError> {
        if self.journal.state.is_finished() {
            self.journal.release();
        } else {
            self.journal.occupy(self.host.now(), LEASE);
        }
        self.write().await
    }

    /// Writes the journal and lets go of it.
    ///
    /// # Errors
    /// As [`Session::save`].
    pub async fn let_go(&mut self) -> Result<(), StepError> {
        self.journal.release();
        self.write().await
    }

    /// Gives signs of life until another worker has taken hold of the journal.
    pub async fn heartbeat(&mut self) -> StepError {
        loop {
            self.host.sleep(HEARTBEAT).await;
            match self.save().await {
                // A store that fails may work again at the next beat.
                Ok(()) | Err(StepError::Transient { .. }) => {}
                Err(error) => return error,
            }
        }
    }

    async fn write(&mut self) -> Result<(), StepError> {
        let delivery = self.journal.delivery.clone();
        let key = Key::Delivery(&delivery);
        let finished = self.journal.state.is_finished();
        let expires = finished.then(|| expiry(self.host.now(), &key)).flatten();
        let mut failed = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                self.host.sleep(pause(attempt)).await;
            }
            let condition = Condition::Etag(self.etag.clone());
            match store::write(self.host, &key, &self.journal, condition, expires).await {
                Ok(Some(etag)) => {
                    self.etag = etag;
                    return Ok(());
                }
                Ok(None) => self.adopt(&key).await?,
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.map_or(StepError::Overtaken, StepError::from))
    }

    /// After a refused write: where the journal in the store is this worker's own (a write that
    /// failed but was stored, or a sign of life that was not waited for), goes on from there.
    async fn adopt(&mut self, key: &Key<'_>) -> Result<(), StepError> {
        let stored = store::read::<Journal, _>(self.host, key).await?;
        match stored {
            Some(stored) if stored.record.worker == self.journal.worker => {
                self.etag = stored.etag;
                Ok(())
            }
            _ => Err(StepError::Overtaken),
        }
    }
}

/// A name that no other worker has.
pub fn worker_name<H: Host>(host: &H) -> String {
    host.random()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
