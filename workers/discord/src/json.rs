//! JSON that is read, whatever it holds.
//!
//! `serde_json::Value` would do, but for its floating-point numbers: no number that is read here has
//! a fraction that is calculated with, and the tables for reading and writing such are a tenth of the
//! function.

use std::{fmt, ops::Index};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// What serde_json calls the only member of the map that a number comes as, where it keeps numbers as
/// they are written (`arbitrary_precision`).
const NUMBER: &str = "$serde_json::private::Number";

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// `null`, and whatever is not there.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Members in the order in which they came.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads JSON; `None` where it is none, or nested deeper than 128 levels.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number as it is written, if it is one.
    pub fn as_number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, if it is a whole one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.parse().ok()
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    /// The members of a list; of everything else there are none.
    pub fn list(&self) -> &[Json] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }
}

/// The member of that name; null where there is none.
impl Index<&str> for Json {
    type Output = Json;

    fn index(&self, name: &str) -> &Json {
        let members = match self {
            Self::Object(members) => members.as_slice(),
            _ => &[],
        };
        let member = members.iter().find(|(known, _)| known == name);
        member.map_or(&Self::Null, |(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            members.push((name, value));
        }
        Ok(match members.pop() {
            Some((name, Json::Text(number))) if name == NUMBER && members.is_empty() => {
                Json::Number(number)
            }
            Some(last) => {
                members.push(last);
                Json::Object(members)
            }
            None => Json::Object(members),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

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
            Some("1e+3"),
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
}
