//! A compendium pack as Foundry keeps it: a LevelDB database.
//!
//! A database that was never compacted is three small files: which manifest is current, that
//! manifest, and the log of what was written. LevelDB replays the log when it opens them
//! (<https://github.com/google/leveldb/blob/main/doc/log_format.md>).

use serde_json::Value;

/// Bytes of a block of a log.
const BLOCK: usize = 32 * 1024;

/// Bytes of a record's header: checksum, length, type.
const HEADER: usize = 7;

/// The files of a database with these keys and values, by their names.
pub fn files(entries: &[(String, Value)]) -> Vec<(String, Vec<u8>)> {
    // Comparator, number of the log, next file's number, last sequence number.
    let mut version = vec![1, 26];
    version.extend_from_slice(b"leveldb.BytewiseComparator");
    version.extend_from_slice(&[2, 0, 3, 3, 4, 0]);
    vec![
        ("CURRENT".into(), b"MANIFEST-000001\n".to_vec()),
        ("MANIFEST-000001".into(), log(&version)),
        ("000002.log".into(), log(&batch(entries))),
    ]
}

/// A write of all entries at once.
fn batch(entries: &[(String, Value)]) -> Vec<u8> {
    let mut batch = 1_u64.to_le_bytes().to_vec();
    batch.extend_from_slice(&u32::try_from(entries.len()).unwrap_or(0).to_le_bytes());
    for (key, value) in entries {
        batch.push(1);
        for text in [key, &value.to_string()] {
            length(&mut batch, text.len());
            batch.extend_from_slice(text.as_bytes());
        }
    }
    batch
}

/// Appends a length, seven bits a byte, the lowest first.
fn length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
}

/// A log of one record, cut where a block ends.
fn log(record: &[u8]) -> Vec<u8> {
    let mut log = Vec::new();
    let pieces: Vec<&[u8]> = record.chunks(BLOCK - HEADER).collect();
    for (index, piece) in pieces.iter().enumerate() {
        // Whole, first, middle, last.
        let kind = match (index == 0, index + 1 == pieces.len()) {
            (true, true) => 1,
            (true, false) => 2,
            (false, false) => 3,
            (false, true) => 4,
        };
        let checked = [&[kind], *piece].concat();
        log.extend_from_slice(&masked(crc32c(&checked)).to_le_bytes());
        log.extend_from_slice(&u16::try_from(piece.len()).unwrap_or(0).to_le_bytes());
        log.extend_from_slice(&checked);
    }
    log
}

/// LevelDB's form of a checksum that is stored beside what it is of.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli).
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = (crc & 1).wrapping_neg();
            crc = (crc >> 1) ^ (carry & 0x82f6_3b78);
        }
        crc
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{crc32c, files, log};

    /// RFC 3720, appendix B.4.
    #[test]
    fn checksums_are_castagnolis() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn a_manifest_is_as_leveldb_writes_it() {
        let files = files(&[("!items!a".into(), json!({ "_id": "a" }))]);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["CURRENT", "MANIFEST-000001", "000002.log"]);
        assert_eq!(files[1].1.len(), 41);
        // Type 1: the record is whole.
        assert_eq!(files[2].1[6], 1);
    }

    #[test]
    fn long_records_are_cut_at_blocks() {
        let log = log(&vec![7; 70_000]);
        assert_eq!([log[6], log[32_768 + 6], log[2 * 32_768 + 6]], [2, 3, 4]);
        assert_eq!(log.len(), 70_000 + 3 * 7);
    }
}
