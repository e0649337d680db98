//! JSON that is read, whatever it holds.

use std::ops::Index;

use super::{JsonError, reader::Reader};

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
        let mut reader = Reader::new(bytes).ok()?;
        let value = Self::next(&mut reader).ok()?;
        reader.end().ok()?;
        Some(value)
    }

    fn next(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut first = true;
        Ok(match reader.peek() {
            Some(b'{') => {
                reader.open(b'{')?;
                let mut members = Vec::new();
                while reader.more(&mut first, b'}')? {
                    members.push((reader.name()?.into_owned(), Self::next(reader)?));
                }
                Self::Object(members)
            }
            Some(b'[') => {
                reader.open(b'[')?;
                let mut list = Vec::new();
                while reader.more(&mut first, b']')? {
                    list.push(Self::next(reader)?);
                }
                Self::List(list)
            }
            Some(b'"') => Self::Text(reader.string()?.into_owned()),
            Some(b'0'..=b'9' | b'-') => Self::Number(reader.number()?.to_owned()),
            _ if reader.takes_word("null") => Self::Null,
            _ if reader.takes_word("true") => Self::Bool(true),
            _ if reader.takes_word("false") => Self::Bool(false),
            _ => return Err(reader.fail("no value")),
        })
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
