//! JSON, read by as little code as will do.
//!
//! `serde_json` reads whatever serde can describe, in every way in which it can be written, and
//! knows fractions. What is read here is described by structs, written as objects, and has no
//! number that is calculated with beyond a whole one: readers of everything else, for each struct
//! anew, and the tables for fractions would be a seventh of a function.

mod error;
mod from_json;
mod reader;
mod value;

pub use error::JsonError;
pub use from_json::{FromJson, convert, fill, required};
pub use reader::Reader;
pub use value::Json;

/// Reads a `T` from UTF-8.
///
/// Structs are read from objects, enums from the names of their variants. Numbers have to be whole.
///
/// # Errors
/// [`JsonError`] where `bytes` is no JSON (RFC 8259), nested deeper than 128 levels, or no `T`.
pub fn from_slice<T: FromJson>(bytes: &[u8]) -> Result<T, JsonError> {
    let mut reader = Reader::new(bytes)?;
    match T::from_json(&mut reader) {
        Ok(read) => reader.end().map(|()| read),
        Err(error) => Err(error.at(reader.place())),
    }
}

#[cfg(test)]
mod tests;
