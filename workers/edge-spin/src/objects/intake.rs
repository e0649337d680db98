//! The body of a write, cut into chunks and checked on the way.

use edge::{Body, BodyError, Bytes, objects::ObjectError};
use sha2::{Digest, Sha256};

use super::schema::CHUNK;

/// A body on its way into the store.
pub struct Intake {
    body: Body,
    /// What came and did not fit into the last chunk.
    rest: Bytes,
    announced: Option<u64>,
    received: u64,
    digest: Option<(Sha256, [u8; 32])>,
}

impl Intake {
    /// The chunks of `body`, which must have the digest `sha256` where that is given.
    pub fn new(body: Body, sha256: Option<[u8; 32]>) -> Self {
        Self {
            announced: body.length(),
            body,
            rest: Bytes::new(),
            received: 0,
            digest: sha256.map(|expected| (Sha256::new(), expected)),
        }
    }

    /// Bytes that came so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Whether every byte has been taken.
    ///
    /// # Errors
    /// What the body says, and [`BodyError::Length`] where it is not as long as it said.
    pub async fn is_at_end(&mut self) -> Result<bool, BodyError> {
        while self.rest.is_empty() {
            let Some(piece) = self.body.next().await else {
                self.check_length()?;
                return Ok(true);
            };
            self.rest = piece?;
            self.count()?;
        }
        Ok(false)
    }

    /// The next chunk: full, or the last one; empty at the end.
    ///
    /// # Errors
    /// As [`Intake::is_at_end`].
    pub async fn chunk(&mut self) -> Result<Vec<u8>, BodyError> {
        let mut chunk = Vec::with_capacity(self.room());
        while chunk.len() < CHUNK && !self.is_at_end().await? {
            let fits = self.rest.len().min(CHUNK - chunk.len());
            chunk.extend_from_slice(&self.rest.split_to(fits));
        }
        if let Some((digest, _)) = &mut self.digest {
            digest.update(&chunk);
        }
        Ok(chunk)
    }

    /// Checks the digest, once every chunk has been taken.
    ///
    /// # Errors
    /// [`ObjectError::Checksum`].
    pub fn check_digest(&mut self) -> Result<(), ObjectError> {
        let Some((digest, expected)) = self.digest.take() else {
            return Ok(());
        };
        if digest.finalize()[..] == expected {
            Ok(())
        } else {
            Err(ObjectError::Checksum)
        }
    }

    /// Room for the next chunk. Where the length is unknown, the first grows as it comes; after a
    /// full one, another full one is likely.
    fn room(&self) -> usize {
        let left = match self.announced {
            Some(announced) => announced.saturating_sub(self.received),
            None if self.received >= CHUNK as u64 => CHUNK as u64,
            None => 0,
        };
        let left = usize::try_from(left).unwrap_or(CHUNK);
        left.saturating_add(self.rest.len()).min(CHUNK)
    }

    fn count(&mut self) -> Result<(), BodyError> {
        self.received += self.rest.len() as u64;
        match self.announced {
            Some(announced) if self.received > announced => self.wrong_length(announced),
            _ => Ok(()),
        }
    }

    fn check_length(&self) -> Result<(), BodyError> {
        match self.announced {
            Some(announced) if self.received != announced => self.wrong_length(announced),
            _ => Ok(()),
        }
    }

    fn wrong_length(&self, expected: u64) -> Result<(), BodyError> {
        Err(BodyError::Length {
            expected,
            received: self.received,
        })
    }
}
