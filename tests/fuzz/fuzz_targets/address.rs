//! Addresses of the proxy: whatever is read has one way to be written, which is read the same.
//! Path and query as a client sends them, with a `?` between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proxy::{
    address::{Address, AddressError, MAX_ADDRESS},
    options::Options,
};

fuzz_target!(|text: &str| {
    options(text);
    let Ok(address) = parse(text) else {
        return;
    };
    // Nothing but the web is asked, and nobody is told who asks.
    let source = &address.source;
    assert!(matches!(source.scheme(), "http" | "https"), "{source}");
    assert!(source.host_str().is_some_and(str::is_ascii), "{source}");
    assert!(source.username().is_empty() && source.password().is_none());
    assert_eq!(source.fragment(), None);
    is_read_the_same(&address);
    let mut withheld = address;
    withheld.withhold(|token| token.len() > 3);
    is_read_the_same(&withheld);
});

fn parse(text: &str) -> Result<Address, AddressError> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    Address::parse(path, query)
}

/// The canonical form leads to the same address, and to itself.
fn is_read_the_same(address: &Address) {
    let canonical = address.canonical();
    // Encoded, a long address is longer than any that is answered.
    if canonical.len() > MAX_ADDRESS {
        return;
    }
    let again = parse(&canonical).unwrap_or_else(|error| panic!("{canonical}: {error}"));
    assert_eq!(again.source, address.source, "{canonical}");
    assert_eq!(again.options, address.options, "{canonical}");
    assert_eq!(again.credential, None, "{canonical}");
    assert_eq!(again.canonical(), canonical);
}

/// The same of options alone, as presets have them.
fn options(text: &str) {
    let Ok(options) = Options::parse(text) else {
        return;
    };
    let canonical = format!("/proxy/o/{}/a.example", options.canonical());
    if canonical.len() <= MAX_ADDRESS {
        let again = parse(&canonical).map(|address| address.options);
        assert_eq!(again.as_ref(), Ok(&options), "{canonical}");
    }
}
