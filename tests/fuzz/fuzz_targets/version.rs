//! Versions: what is newer, what comes first, what a tag names. Three of them, a line each.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use registry::{Version, is_newer};

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.splitn(3, '\n').collect();
    for a in &lines {
        assert!(!is_newer(a, a), "{a:?} is newer than itself");
        for b in &lines {
            assert!(!(is_newer(a, b) && is_newer(b, a)), "{a:?} and {b:?}");
        }
        if let Some(version) = Version::from_tag(a) {
            assert!(a.ends_with(version.as_str()), "{a:?} names {version}");
        }
    }
    let versions: Vec<Version> = lines.iter().flat_map(|line| Version::parse(line)).collect();
    for a in &versions {
        if let Some(finished) = a.finished() {
            assert!(a.precedence(&finished).is_lt(), "{a} before {finished}");
        }
        for b in &versions {
            assert_eq!(a.precedence(b), b.precedence(a).reverse(), "{a} and {b}");
            assert_eq!(a.precedence(b) == Ordering::Equal, a == b, "{a} and {b}");
            if let Some(renamed) = a.renamed_after(b) {
                assert!(renamed.is_newer_than(b), "{renamed} after {b}");
            }
            for c in &versions {
                let ascends = a.precedence(b).is_lt() && b.precedence(c).is_lt();
                assert!(!ascends || a.precedence(c).is_lt(), "{a}, {b}, {c}");
            }
        }
    }
});
