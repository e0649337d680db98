//! What is read, as `serde_json` reads it, and what is not.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Json, from_slice};
use crate::FromJson;

#[derive(Debug, PartialEq, Deserialize, FromJson)]
struct Sample {
    name: String,
    #[serde(default)]
    count: u8,
    #[serde(default)]
    offset: i64,
    kind: Option<Kind>,
    #[serde(default)]
    list: Vec<Inner>,
    #[serde(default)]
    map: BTreeMap<String, bool>,
}

#[derive(Debug, PartialEq, Deserialize, FromJson)]
struct Inner {
    id: Id,
}

#[derive(Debug, PartialEq, Deserialize, FromJson)]
#[serde(transparent)]
struct Id(u64);

#[derive(Debug, PartialEq, Deserialize, FromJson)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Small,
    Large,
}

/// What both make of it; they have to agree wherever ours reads anything.
fn both(text: &str) -> Option<Sample> {
    let ours = from_slice::<Sample>(text.as_bytes()).ok();
    let theirs = serde_json::from_str::<Sample>(text).ok();
    assert_eq!(ours, theirs, "{text}");
    ours
}

#[test]
fn structs_are_read_as_serde_json_reads_them() {
    for text in [
        r#"{"name":"a"}"#,
        r#" { "name" : "a\u00fc\ud83c\udfb2\n\/\"" , "count" : 255 , "offset":-9223372036854775808 } "#,
        r#"{"name":"地図","kind":null,"unknown":[{"a":[1.5e-3,true,null,"\\"]},{}]}"#,
        r#"{"name":"","kind":"large","list":[{"id":0},{"id":18446744073709551615}]}"#,
        r#"{"name":"a","map":{"x":true,"x":false,"y":true},"list":[]}"#,
        "\r\n\t{\"name\":\"\u{7f}\"}",
    ] {
        assert!(both(text).is_some(), "{text}");
    }
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(both(&format!(r#"{{"name":"a","x":{}}}"#, deep(100))).is_some());
    for text in [
        "",
        "null",
        "[]",
        "{",
        "{}",
        r#"{"name":1}"#,
        r#"{"name":"a""#,
        r#"{"name":"a",}"#,
        r#"{,"name":"a"}"#,
        r#"{"name":"a" "count":1}"#,
        r#"{"name" "a"}"#,
        r#"{"name":"a"}x"#,
        r#"{"name":"a","name":"b"}"#,
        r#"{"name":"a","count":256}"#,
        r#"{"name":"a","count":-1}"#,
        r#"{"name":"a","count":1.0}"#,
        r#"{"name":"a","count":01}"#,
        r#"{"name":"a","count":+1}"#,
        r#"{"name":"a","count":"1"}"#,
        r#"{"name":"a","offset":9223372036854775808}"#,
        r#"{"name":"a","kind":"huge"}"#,
        r#"{"name":"a","kind":7}"#,
        r#"{"name":"a","list":{}}"#,
        r#"{"name":"a","list":[{"id":1},]}"#,
        r#"{"name":"a","list":[,]}"#,
        r#"{"name":"a","list":[{"id":1}{"id":2}]}"#,
        r#"{"name":"a","list":[{}]}"#,
        r#"{"name":"a","map":{"x":1}}"#,
        r#"{"name":"a","map":{x:true}}"#,
        r#"{"name":"a\x"}"#,
        r#"{"name":"\ud83c"}"#,
        r#"{"name":"\ud83cx"}"#,
        r#"{"name":"\ud83c\u0041"}"#,
        r#"{"name":"\udfb2"}"#,
        r#"{"name":"\u12"}"#,
        r#"{"name":"\u+123"}"#,
        "{\"name\":\"a\nb\"}",
        r#"{"name":"a","x":nul}"#,
        r#"{"name":"a","x":1.}"#,
        r#"{"name":"a","x":.5}"#,
        r#"{"name":"a","x":1e}"#,
        r#"{"name":"a","x":-}"#,
        r#"{"name":"a","x":1-2}"#,
        r#"{"name":"a","x":tru}"#,
        r#"{"name":"a","x":"}"#,
    ] {
        assert!(both(text).is_none(), "{text}");
    }
    // There serde_json knows no limit.
    let too_deep = format!(r#"{{"name":"a","x":{}}}"#, deep(200));
    assert!(from_slice::<Sample>(too_deep.as_bytes()).is_err());
    assert!(from_slice::<Sample>(b"{\"name\":\"\xff\"}").is_err());
}

#[test]
fn errors_say_what_and_where() {
    for (text, expected) in [
        (r#"{"count":1}"#, "`name` is missing, before byte 11"),
        (
            r#"{"name":1}"#,
            "a value of another type than it should be, before byte 8",
        ),
        (
            r#"{"name":"a","kind":"huge"}"#,
            "`huge` is not known, before byte 25",
        ),
    ] {
        let error = from_slice::<Sample>(text.as_bytes()).expect_err(text);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn json_is_read_as_it_stands() {
    let read = |text: &str| Json::read(text.as_bytes());
    let json = read(r#"{"a":[1,-2,2.50,1e3,"x",true,null],"b":{"c":18446744073709551615}}"#);
    let json = json.unwrap_or_default();
    let numbers: Vec<_> = json["a"].list().iter().map(Json::as_number).collect();
    let expected = [
        Some("1"),
        Some("-2"),
        Some("2.50"),
        Some("1e3"),
        None,
        None,
        None,
    ];
    assert_eq!(numbers, expected);
    assert_eq!(json["a"].list()[0].as_u64(), Some(1));
    assert_eq!(json["a"].list()[1].as_u64(), None);
    assert_eq!(json["a"].list()[4].as_str(), Some("x"));
    assert!(json["a"].list()[5].is_true() && json["a"].list()[6] == Json::Null);
    assert_eq!(json["b"]["c"].as_u64(), Some(u64::MAX));
    assert_eq!(json["b"]["d"]["e"], Json::Null);
    let many = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for text in ["", "{", "{}x", "[1,]", "nul", &many] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read("{}"), Some(Json::Object(Vec::new())));
}
