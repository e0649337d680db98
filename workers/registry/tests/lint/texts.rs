//! Placeholders, compatibility, and how much is kept.

use super::*;

#[test]
fn placeholders_must_be_filled_in() -> Outcome {
    let version = &["error placeholder version"];
    let url = &["error placeholder url"];
    with_fields(&[
        (json!({"version": "#{VERSION}#"}), version, "`#{VERSION}#`"),
        (json!({"version": "VERSION"}), version, ""),
        (json!({"version": "$VERSION"}), version, ""),
        (json!({"version": "{{version}}"}), version, ""),
        (json!({"version": "${{ github.ref_name }}"}), version, ""),
        (json!({"version": "__VERSION__"}), version, ""),
        (json!({"version": "@VERSION@"}), version, ""),
        (json!({"version": "%VERSION%"}), version, ""),
        (json!({"version": "v#{VERSION}#"}), version, ""),
        (json!({"url": "#{URL}#"}), url, ""),
        (json!({"url": "https://x.example/__URL__"}), url, ""),
        (json!({"url": "https://x.example/a%20b%20c@d@e"}), &[], ""),
        (json!({"url": "https://x.example/__init__.py"}), &[], ""),
        (
            json!({"title": "{{title}}"}),
            &["error placeholder title"],
            "",
        ),
        (json!({"title": "50% OFF @ 5% VAT"}), &[], ""),
        (json!({"title": "Version"}), &[], ""),
        (
            json!({"compatibility": {"minimum": "12", "verified": "VERIFIED_VERSION", "maximum": "#{MAX}#"}}),
            &[
                "error placeholder compatibility.maximum",
                "warning compatibility.form compatibility.maximum",
                "warning compatibility.form compatibility.verified",
            ],
            "",
        ),
        (
            json!({"media": [{"caption": "x"}, {"caption": ["#{A}#"]}], "a": {"b.c": {"version": "TAG"}}}),
            &[
                "error placeholder media[1].caption[0]",
                "error placeholder a.b.c.version",
            ],
            "",
        ),
        // These are set by publishing, or are the author's own.
        (
            json!({"manifest": "#{MANIFEST}#", "download": "#{DOWNLOAD}#"}),
            &[],
            "",
        ),
        (
            json!({"flags": {"x": "{{y}}"}, "description": "{{y}} ${z}"}),
            &[],
            "",
        ),
    ])
}

#[test]
fn compatibility_should_make_sense() -> Outcome {
    let order: &[&str] = &["warning compatibility.order compatibility.verified"];
    with_fields(&[
        (
            json!({"compatibility": null}),
            &["warning compatibility.missing compatibility"],
            "",
        ),
        (
            json!({"compatibility": {"minimum": 12, "verified": "12.331", "maximum": 12}}),
            &[],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "12.331", "verified": "12"}}),
            &[],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "13", "verified": "12"}}),
            order,
            "`13` is above",
        ),
        (
            json!({"compatibility": {"minimum": "12.331", "verified": "12.300"}}),
            order,
            "",
        ),
        (
            json!({"compatibility": {"verified": "13.350", "maximum": "12"}}),
            &["warning compatibility.order compatibility.maximum"],
            "",
        ),
        (
            json!({"compatibility": null, "minimumCoreVersion": "9", "compatibleCoreVersion": "0.8.6"}),
            &["warning compatibility.order compatibleCoreVersion"],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "any"}}),
            &["warning compatibility.form compatibility.minimum"],
            "`any`",
        ),
        (
            json!({"compatibility": {"minimum": format!("{:032}", 12), "maximum": format!("{:033}", 12)}}),
            &["error compatibility.too_long compatibility.maximum"],
            "more than 32 characters",
        ),
    ])
}

#[test]
fn findings_are_bounded_but_never_lose_that_there_is_an_error() -> Outcome {
    let names: Vec<String> = (0..5000).map(|i| format!("gone/{i}.md")).collect();
    let findings = judge(&Case {
        fields: json!({"esmodules": names}),
        ..Case::default()
    })?;
    assert_eq!(findings.iter().count(), 100);
    let of = |severity| Finding::new(severity, "x", "module.json", "", "");
    let late_error: Findings = std::iter::repeat_n(of(Severity::Warning), 500)
        .chain([of(Severity::Error)])
        .collect();
    assert!(late_error.has_errors());
    Ok(())
}

/// The largest names that an archive may hold: every folder of every one of them would be 4 GB.
#[test]
fn deep_archives_cost_no_more_than_their_names() {
    let deep = "a/".repeat(500);
    let names: Vec<String> = (0..7_800).map(|i| format!("{deep}File-{i}.js")).collect();
    let entries = EntryNames::new(names.iter().map(String::as_str));
    let folder = deep.trim_end_matches('/');
    let other = |name: &str| Lookup::OtherCase(name.to_owned());
    for path in ["a", "a/a", folder] {
        assert_eq!(entries.folder(path), Lookup::Found);
        assert_eq!(entries.file(path), Lookup::Missing);
        assert_eq!(entries.folder(&path.to_uppercase()), other(path));
        assert_eq!(entries.folder(&format!("{path}b")), Lookup::Missing);
    }
    let file = &names[7_000];
    assert_eq!(entries.file(file), Lookup::Found);
    assert_eq!(entries.folder(file), Lookup::Missing);
    assert_eq!(entries.file(&file.to_uppercase()), other(file));
}

#[test]
fn names_are_compared_whole_and_in_every_script() {
    let names = ["ab/c", "a b/c", "a-b", "a/b", "İx/Ü/z", "", "top/", "Ärger"];
    let entries = EntryNames::new(names);
    let other = |name: &str| Lookup::OtherCase(name.to_owned());
    assert_eq!(entries.folder("a"), Lookup::Found);
    assert_eq!(entries.folder("top"), Lookup::Found);
    assert_eq!(entries.file("top"), Lookup::Missing);
    assert_eq!(entries.folder("TOP"), other("top"));
    assert_eq!(entries.folder("İX/ü"), other("İx/Ü"));
    assert_eq!(entries.file("ärger"), other("Ärger"));
    for nothing in ["", "/", "a/", "b", "to"] {
        assert_eq!(entries.file(nothing), Lookup::Missing, "{nothing:?}");
    }
    for nothing in ["", "b", "to", "a-b", "ab/c"] {
        assert_eq!(entries.folder(nothing), Lookup::Missing, "{nothing:?}");
    }
}

/// Whatever an author writes, what is kept of it is bounded.
#[test]
fn findings_keep_only_the_beginning_of_long_texts() -> Outcome {
    let long = "x".repeat(300_000);
    let placeholders = vec!["#{A}#"; 20_000];
    for fields in [
        json!({ "title": format!("#{{{long}}}#") }),
        json!({ "extra": {long.clone(): placeholders} }),
        json!({ "version": format!("v1{long}") }),
        json!({ "id": long, "name": "ok" }),
        json!({"esmodules": [long, format!("../{long}"), format!("\\{long}")]}),
        json!({"packs": [{"name": format!("{long}.")}]}),
        json!({"compatibility": {"minimum": long}}),
    ] {
        let findings = judge(&Case {
            fields,
            ..Case::default()
        })?;
        assert!(findings.has_errors() || !findings.is_empty());
        for finding in &findings {
            let size = finding.field.chars().count();
            assert!(size <= 200, "{size}: {}", finding.code);
            let size = finding.message.chars().count();
            assert!(size <= 600, "{size}: {}", finding.code);
        }
    }
    // The advice at the end of a message is not what is cut off.
    let findings = judge(&Case {
        fields: json!({ "esmodules": ["x".repeat(5000)] }),
        ..Case::default()
    })?;
    assert!(findings.iter().all(|f| f.message.contains("attach a zip")));
    Ok(())
}
