//! The object store's contract.

use edge_s3::S3;
use testkit::{contract, memory::MemoryHost};

use crate::bucket::{configured, port};

#[test]
fn the_bucket_keeps_the_contract() {
    let (host, bucket) = configured();
    let mut failures = Vec::new();
    for case in contract::objects::<S3<MemoryHost>>() {
        let s3 = port(&host);
        // Twice, since the suite must be repeatable on a store that persists.
        for _ in 0..2 {
            if let Err(text) = host.block_on((case.run)(&s3)) {
                failures.push(format!("{}: {text}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(bucket.violations(), Vec::<String>::new());
    assert_eq!(bucket.unfinished(), 0, "writes in parts were left lying");
}

#[test]
fn the_contract_holds_however_tasks_mix() {
    for seed in 1..20 {
        let (host, _bucket) = configured();
        host.interleave(seed);
        let s3 = port(&host);
        for case in contract::objects::<S3<MemoryHost>>() {
            if case.name.contains("one_of_many") || case.name.contains("counting") {
                let outcome = host.block_on((case.run)(&s3));
                assert_eq!(outcome, Ok(()), "{} with seed {seed}", case.name);
            }
        }
    }
}
