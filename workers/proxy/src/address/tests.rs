use super::{Address, AddressError};

/// Address, its one canonical form, and the credential in it.
#[rustfmt::skip]
const FORMS: &[(&str, &str, Option<&str>)] = &[
    // By query.
    ("/proxy?url=https%3A%2F%2Fa.example%2Fb.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/?url=https://a.example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy?w=400&url=https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1%26d&fit=inside", "/proxy/o/w=400,fit=inside/https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1%26d", None),
    ("/proxy?url=https%3A%2F%2Fa.example%2Fb.png&access_token=T0ken", "/proxy/https%3A%2F%2Fa.example%2Fb.png", Some("T0ken")),
    ("/proxy?url=https%3A%2F%2Fa.example%2Fb.png&token=a%2Eb", "/proxy/https%3A%2F%2Fa.example%2Fb.png", Some("a.b")),
    ("/proxy?url=a.example%2Fb%2Bc.png", "/proxy/https%3A%2F%2Fa.example%2Fb%2Bc.png", None),
    ("/proxy?url=https%3A%2F%2Fa.example%2Fb.png&cors-retry=17000", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy?url=https%3A%2F%2Fa.example%2Fb.png&1700000000000", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/t/T0ken/?url=https%3A%2F%2Fa.example%2Fb.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", Some("T0ken")),
    // In the path as it is: the query is the image's own.
    ("/proxy/https://a.example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/https:/a.example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/HTTPS://A.Example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/http://a.example:8080/b.png", "/proxy/http%3A%2F%2Fa.example%3A8080%2Fb.png", None),
    ("/proxy/https%3A//a.example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/https://a.example/b.png?w=400&h=3", "/proxy/https%3A%2F%2Fa.example%2Fb.png%3Fw%3D400%26h%3D3", None),
    ("/proxy/https://a.example/b.png?access_token=T0ken&c=1", "/proxy/https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1", Some("T0ken")),
    ("/proxy/https://a.example/b.png?c=1&cors-retry=9", "/proxy/https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1", None),
    ("/proxy/https://a.example/b%20c%2Fd.png", "/proxy/https%3A%2F%2Fa.example%2Fb%2520c%252Fd.png", None),
    ("/proxy/o/w=400,fit=cover,h=300/https://a.example/b.png?c", "/proxy/o/w=400,h=300,fit=cover/https%3A%2F%2Fa.example%2Fb.png%3Fc", None),
    ("/proxy/t/T0ken/o/flip/https://a.example/b.png", "/proxy/o/flip=true/https%3A%2F%2Fa.example%2Fb.png", Some("T0ken")),
    ("/proxy/t/k1.18.sig/https://a.example/b.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", Some("k1.18.sig")),
    // In the path, encoded: the query is options.
    ("/proxy/https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1?w=400", "/proxy/o/w=400/https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1", None),
    ("/proxy/https:%2F%2Fa.example%2Fb.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/https%253A%252F%252Fa.example%252Fb.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    ("/proxy/a.example%2Fb.png", "/proxy/https%3A%2F%2Fa.example%2Fb.png", None),
    // vtta-core: `i.vtta.io/dl/%URL%?access_token=`.
    ("/dl/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg%3Fwidth%3D150?access_token=T0ken", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg%3Fwidth%3D150", Some("T0ken")),
    // Tokenizer cuts the query off and puts milliseconds in its place.
    ("/proxy/https://www.dndbeyond.com/avatars/35806/815/1581111423-104782081.jpeg?1700000000000", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F35806%2F815%2F1581111423-104782081.jpeg", None),
    ("/proxy/t/T0ken/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F2.jpeg%3Fwidth%3D150?1700000000000", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F2.jpeg%3Fwidth%3D150", Some("T0ken")),
    // ddb-importer: `cors-path-prefix` "ddb/", `cors-strip-protocol` and `cors-encode` on and off.
    ("/proxy/ddb/www.dndbeyond.com/avatars/1/2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg", None),
    ("/proxy/ddb/https://www.dndbeyond.com/avatars/1/2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg", None),
    ("/proxy/ddb%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg", None),
    ("/proxy/ddb%2Fhttps%3A%2F%2Fwww.dndbeyond.com%2F2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2F2.jpeg", None),
    ("/proxy/www.dndbeyond.com/avatars/1/2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2Favatars%2F1%2F2.jpeg", None),
    ("/proxy/t/T0ken/ddb/www.dndbeyond.com/2.jpeg", "/proxy/https%3A%2F%2Fwww.dndbeyond.com%2F2.jpeg", Some("T0ken")),
];

fn parse(address: &str) -> Result<Address, AddressError> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    Address::parse(path, query)
}

#[test]
fn every_form_has_one_canonical_form() {
    for (written, canonical, credential) in FORMS {
        let address = parse(written).expect(written);
        assert_eq!(address.canonical(), *canonical, "{written}");
        assert_eq!(address.credential.as_deref(), *credential, "{written}");
        // Read again, it is the same address, and written in the same way.
        let again = parse(canonical).expect(canonical);
        let expected = Address {
            credential: None,
            ..address
        };
        assert_eq!(again, expected, "{written}");
        assert_eq!(again.canonical(), *canonical);
    }
}

#[test]
fn what_is_no_address_is_refused_with_words() {
    #[rustfmt::skip]
    let cases = [
        ("/proxi/https://a.example/b.png", "the proxy answers"),
        ("/proxy", "URL of the image is missing"),
        // Tokenizer with a template of this form.
        ("/proxy?1700000000000", "put it into the path"),
        ("/proxy/t/T0ken/", "missing"),
        ("/proxy/o/w=4", "missing"),
        ("/proxy?url=https://a.example/b.png&width=150", "no option `width`"),
        ("/proxy/o/w=1/https%3A%2F%2Fa.example%2Fb.png?w=2", "`w` is there twice"),
        ("/proxy/o/colour=red/https://a.example/b.png", "no option `colour`"),
        ("/proxy?url=a.example/b&url=a.example/c", "is there twice"),
        ("/proxy/https%3A%2F%2Fa.example%2Fb?url=a.example/c", "is there twice"),
        ("/proxy/t/one/https%3A%2F%2Fa.example?access_token=two", "different values"),
        ("/proxy/ftp://a.example/b.png", "must begin with `https://`"),
        ("/proxy?url=file:///etc/passwd", "ASCII host"),
        ("/proxy?url=data:image/png;base64,AAAA", "must begin with `https://`"),
        ("/proxy?url=javascript:alert(1)", "ASCII host"),
        ("/proxy/https://user@a.example/b.png", "user name"),
        ("/proxy/https://user:password@a.example/b.png", "user name"),
        ("/proxy/https://a.example:99999/b.png", "is not one"),
        ("/proxy/https://999.1.2.3/b.png", "is not one"),
        ("/proxy/https://", "ASCII host"),
        ("/proxy/%FF%FE", "percent-encoded UTF-8"),
        // Look-alikes: Cyrillic, full-width, a dot that is none.
        ("/proxy?url=https%3A%2F%2F%D0%B0.example%2Fb.png", "ASCII host"),
        ("/proxy?url=https%3A%2F%2F%EF%BD%81.example%2Fb.png", "ASCII host"),
        ("/proxy?url=https%3A%2F%2Fa%E3%80%82example%2Fb.png", "ASCII host"),
        ("/proxy/https://%61.example/b.png", "ASCII host"),
        ("/proxy?url=https%3A%2F%2Fa.exa%09mple%2Fb.png", "ASCII host"),
        ("/proxy?url=https%3A%2F%2F%D0%B0.example%5C%40a.example%2F", "ASCII host"),
    ];
    for (written, expected) in cases {
        let error = parse(written).expect_err(written).to_string();
        assert!(error.contains(expected), "{written}: {error}");
    }
    let long = format!("/proxy/https://a.example/{}", "x".repeat(9000));
    assert_eq!(parse(&long), Err(AddressError::TooLong));
}

/// Parts that addresses are made of, and some that they are not.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "/proxy", "/dl", "/", "t/", "o/", "ddb/", "https:", "http:", "//", "a.example", "127.0.0.1", "[::1]", ":8080",
    "b.png", "?", "&", "=", "url=", "w=400", "h=0", "fit=cover", ",", "q=", "access_token=", "T0ken", "1700000000000",
    "cors-retry=1", "%2F", "%3A", "%", "%zz", "%00", "\u{430}", "@", "#", "\\", "..", " ", "\u{0}", "preset=map",
    "download", "crop=1:2:3:4", "bg=fff", "%25", "%F0%9F",
];

#[test]
fn whatever_is_read_is_written_so_that_it_is_read_the_same() {
    // Always the same sequence (a linear congruential generator).
    let mut state = 1_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut read = 0;
    for _ in 0..200_000 {
        let mut written = if next(4) > 0 {
            "/proxy/".to_owned()
        } else {
            String::new()
        };
        for _ in 0..next(9) {
            written.push_str(PARTS[next(PARTS.len())]);
        }
        let Ok(address) = parse(&written) else {
            continue;
        };
        read += 1;
        let canonical = address.canonical();
        let again = parse(&canonical).expect(&canonical);
        assert_eq!(again.source, address.source, "{written}");
        assert_eq!(again.options, address.options, "{written}");
        assert_eq!(again.canonical(), canonical, "{written}");
        assert!(
            matches!(again.source.scheme(), "http" | "https"),
            "{written}"
        );
        assert!(again.source.username().is_empty(), "{written}");
        assert_eq!(again.source.fragment(), None, "{written}");
    }
    assert!(read > 10_000, "only {read} were addresses");
}
