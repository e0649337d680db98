//! Archives too large to hold: a few literal bytes, and zeros in between that are only counted.

use super::raw::{End, End64, Item, put_central, put_end, put_local, zip64};
use std::io::{Read, Result, Seek, SeekFrom};

/// A file made of literal parts and runs of zeros.
#[derive(Default)]
pub struct Sparse {
    parts: Vec<(u64, Part)>,
    length: u64,
    at: u64,
}

#[derive(Clone)]
enum Part {
    Literal(Vec<u8>),
    Zeros(u64),
}

impl Part {
    fn len(&self) -> u64 {
        match self {
            Part::Literal(bytes) => bytes.len() as u64,
            Part::Zeros(count) => *count,
        }
    }
}

impl Sparse {
    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn literal(&mut self, bytes: Vec<u8>) {
        self.add(Part::Literal(bytes));
    }

    pub fn zeros(&mut self, count: u64) {
        self.add(Part::Zeros(count));
    }

    fn add(&mut self, part: Part) {
        if part.len() == 0 {
            return;
        }
        let start = self.length;
        self.length += part.len();
        self.parts.push((start, part));
    }

    /// A range small enough to hold.
    pub fn range(&self, range: std::ops::Range<u64>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let mut window = vec![0; usize::min(1 << 20, (range.end - at) as usize)];
            let count = self.read_at(at, &mut window);
            out.extend_from_slice(&window[..count]);
            at += count as u64;
        }
        out
    }

    /// The range in windows of at most eight megabytes, and whether a window is nothing but zeros.
    pub fn windows(&self, range: std::ops::Range<u64>) -> impl Iterator<Item = (bool, &[u8])> {
        const WINDOW: u64 = 8 << 20;
        static ZEROS: [u8; WINDOW as usize] = [0; WINDOW as usize];
        let mut at = range.start;
        std::iter::from_fn(move || {
            let (start, part) = self.part_at(at).filter(|_| at < range.end)?;
            let skipped = at - start;
            let count = (part.len() - skipped).min(range.end - at).min(WINDOW);
            at += count;
            Some(match part {
                Part::Zeros(_) => (true, &ZEROS[..count as usize]),
                Part::Literal(bytes) => {
                    (false, &bytes[skipped as usize..(skipped + count) as usize])
                }
            })
        })
    }

    /// The part that holds the byte at that position, with its start.
    fn part_at(&self, at: u64) -> Option<(u64, &Part)> {
        let index = self.parts.partition_point(|(start, _)| *start <= at);
        let (start, part) = self.parts.get(index.checked_sub(1)?)?;
        (at < start + part.len()).then_some((*start, part))
    }

    fn read_at(&self, at: u64, out: &mut [u8]) -> usize {
        let Some((start, part)) = self.part_at(at) else {
            return 0;
        };
        let left = (start + part.len())
            .saturating_sub(at)
            .min(out.len() as u64) as usize;
        match part {
            Part::Literal(bytes) => {
                let from = (at - start) as usize;
                out[..left].copy_from_slice(&bytes[from..from + left]);
            }
            Part::Zeros(_) => out[..left].fill(0),
        }
        left
    }
}

impl Read for Sparse {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let count = if self.at < self.length {
            self.read_at(self.at, out)
        } else {
            0
        };
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// A stored archive of entries of that many zeros; entries of at most a kilobyte are truthful down
/// to their checksum. A `manifest` follows.
pub fn archive(sizes: impl Iterator<Item = u64>, manifest: &[u8]) -> Sparse {
    let (mut file, mut directory, mut count) = (Sparse::default(), Vec::new(), 0);
    let mut add = |file: &mut Sparse, item: Item, size: u64| {
        let offset = file.len();
        let mut local = Vec::new();
        put_local(&mut local, &wide_local(item.clone(), size));
        file.literal(local);
        file.zeros(size - item.content.len() as u64);
        let (item, short) = wide_central(item, size, offset);
        put_central(&mut directory, &item, short);
    };
    for size in sizes {
        let name = format!("assets/scenes/{:03}/background-{count:06}.webp", count % 50);
        let content = vec![0; if size <= 1024 { size as usize } else { 0 }];
        add(&mut file, Item::new(name, &content), size);
        count += 1;
    }
    add(
        &mut file,
        Item::new("module.json", manifest),
        manifest.len() as u64,
    );
    let (offset, size, entries) = (file.len(), directory.len() as u64, count + 1);
    let mut ends = Vec::new();
    put_end(&mut ends, &ends_of(offset, size, entries));
    file.literal(directory);
    file.literal(ends);
    file
}

fn clamp(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn wide_local(item: Item, size: u64) -> Item {
    let short = clamp(size);
    let extra = if short == u32::MAX {
        zip64(&[size, size])
    } else {
        Vec::new()
    };
    item.local(|h| (h.size, h.compressed, h.extra) = (short, short, extra.clone()))
}

fn wide_central(item: Item, size: u64, offset: u64) -> (Item, u32) {
    let short = clamp(size);
    let wide = [size, size, offset]
        .into_iter()
        .filter(|&value| clamp(value) == u32::MAX);
    let values: Vec<u64> = wide.collect();
    let extra = if values.is_empty() {
        Vec::new()
    } else {
        zip64(&values)
    };
    let item = item.central(|h| (h.size, h.compressed, h.extra) = (short, short, extra.clone()));
    (item, clamp(offset))
}

fn ends_of(offset: u64, size: u64, entries: u64) -> End {
    let short = u16::try_from(entries).unwrap_or(u16::MAX);
    let wide = short == u16::MAX || clamp(offset) == u32::MAX;
    let zip64 = wide.then_some(End64 {
        record_len: 44,
        disk: 0,
        entries,
        size,
        offset,
        locator: offset + size,
        disks: 1,
    });
    End {
        disk: 0,
        directory_disk: 0,
        here: short,
        entries: short,
        size: clamp(size),
        offset: clamp(offset),
        comment: Vec::new(),
        comment_len: None,
        zip64,
    }
}
