//! The options' names: one table reads and writes them.

use super::{
    OptionError, Options,
    value::{Fraction, Value, fraction, number},
};
use crate::percent;

/// Longest side that can be asked for, in pixels.
pub const MAX_SIDE: u32 = 16_383;

/// Longest time that others are told to keep an answer, in seconds: a year.
const MAX_AGE: u32 = 31_536_000;

/// Longest name of a download, in bytes.
const MAX_NAME: usize = 100;

/// One option: how its value is read into the options, and how it is written.
pub struct Name {
    /// Its name.
    pub name: &'static str,
    read: fn(&mut Options, &str) -> Result<(), &'static str>,
    write: fn(&Options) -> Option<String>,
}

/// An option whose value is a [`Value`].
macro_rules! value {
    ($field:ident) => {
        Name {
            name: stringify!($field),
            read: |options, text| put(&mut options.$field, text),
            write: |options| options.$field.as_ref().map(Value::write),
        }
    };
}

/// An option that is a whole number.
macro_rules! whole {
    ($field:ident, $range:expr, $expected:literal) => {
        Name {
            name: stringify!($field),
            read: |options, text| {
                let read = number(text).filter(|number| ($range).contains(number));
                options.$field = Some(read.and_then(|n| n.try_into().ok()).ok_or($expected)?);
                Ok(())
            },
            write: |options| options.$field.map(|number| number.to_string()),
        }
    };
}

/// An option that is a decimal fraction, kept in hundredths.
macro_rules! hundredths {
    ($field:ident, $range:expr, $expected:literal) => {
        Name {
            name: stringify!($field),
            read: |options, text| {
                let read = fraction(text, 2).filter(|number| ($range).contains(number));
                options.$field = Some(read.and_then(|n| n.try_into().ok()).ok_or($expected)?);
                Ok(())
            },
            write: |options| options.$field.map(|n| Fraction(n.into(), 2).to_string()),
        }
    };
}

/// An option that is there or not.
macro_rules! flag {
    ($field:ident) => {
        Name {
            name: stringify!($field),
            read: |options, text| {
                options.$field = switch(text).ok_or("true or false")?;
                Ok(())
            },
            write: |options| options.$field.then(|| "true".to_owned()),
        }
    };
}

/// Every option, in the order in which they are written.
pub const NAMES: &[Name] = &[
    Name {
        name: "preset",
        read: |options, text| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            let is_name = (1..=32).contains(&text.len()) && text.bytes().all(plain);
            options.preset = Some(is_name.then(|| text.to_owned()).ok_or("a preset's name")?);
            Ok(())
        },
        write: |options| options.preset.clone(),
    },
    whole!(w, 1..=MAX_SIDE, "a whole number of pixels, 1 to 16383"),
    whole!(h, 1..=MAX_SIDE, "a whole number of pixels, 1 to 16383"),
    value!(fit),
    hundredths!(dpr, 10..=400, "a number from 0.1 to 4"),
    value!(gravity),
    value!(crop),
    Name {
        name: "trim",
        read: |options, text| {
            let expected = "a tolerance from 0 to 255, or nothing for 10";
            options.trim = match text {
                "true" => Some(10),
                text => {
                    let read = number(text).filter(|number| *number <= 255);
                    Some(read.and_then(|n| n.try_into().ok()).ok_or(expected)?)
                }
            };
            Ok(())
        },
        write: |options| options.trim.map(|threshold| threshold.to_string()),
    },
    value!(rotate),
    flag!(flip),
    flag!(flop),
    value!(bg),
    hundredths!(blur, 30..=25_000, "a number of pixels from 0.3 to 250"),
    hundredths!(sharpen, 30..=1000, "a number of pixels from 0.3 to 10"),
    value!(mask),
    value!(border),
    whole!(max, 1..=MAX_SIDE, "a whole number of pixels, 1 to 16383"),
    flag!(enlarge),
    whole!(q, 1..=100, "a whole number from 1 to 100"),
    value!(format),
    whole!(maxage, 0..=MAX_AGE, "a number of seconds, 0 to 31536000"),
    Name {
        name: "download",
        read: |options, text| {
            options.download = match text {
                "false" => None,
                "true" => Some(String::new()),
                name => {
                    Some(file_name(name).ok_or("nothing, or a file's name of up to 100 bytes")?)
                }
            };
            Ok(())
        },
        write: |options| match options.download.as_deref() {
            Some("") => Some("true".to_owned()),
            Some(name) => Some(percent::encode(name)),
            None => None,
        },
    },
];

impl Options {
    /// Reads one option, decoded.
    ///
    /// # Errors
    /// [`OptionError::Unknown`], [`OptionError::Malformed`], [`OptionError::Twice`].
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), OptionError> {
        let Some(option) = NAMES.iter().find(|option| option.name == name) else {
            let name = name.chars().filter(|c| !c.is_control()).take(32).collect();
            return Err(OptionError::Unknown { name });
        };
        let before = (option.write)(self);
        let malformed = |expected| OptionError::Malformed {
            name: option.name,
            expected,
        };
        (option.read)(self, value).map_err(malformed)?;
        if before.is_some() && before != (option.write)(self) {
            return Err(OptionError::Twice { name: option.name });
        }
        Ok(())
    }

    /// The one way to write them: `name=value` between commas, in the order of [`NAMES`].
    pub fn canonical(&self) -> String {
        let pairs: Vec<String> = NAMES
            .iter()
            .filter_map(|option| Some(format!("{}={}", option.name, (option.write)(self)?)))
            .collect();
        pairs.join(",")
    }

    /// These options, where they do not say with those of `base`.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut both = base.clone();
        for option in NAMES {
            if let Some(value) = (option.write)(self) {
                let value = percent::decode(&value).unwrap_or(value);
                // It was written by the same table.
                let _ = (option.read)(&mut both, &value);
            }
        }
        both.preset = None;
        both
    }
}

/// Their names, for messages.
pub fn list() -> String {
    let names: Vec<&str> = NAMES.iter().map(|option| option.name).collect();
    names.join(", ")
}

fn put<V: Value>(field: &mut Option<V>, text: &str) -> Result<(), &'static str> {
    *field = Some(V::read(text).ok_or(V::EXPECTED)?);
    Ok(())
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `name` where it is one that can stand in a header and on a disk.
fn file_name(name: &str) -> Option<String> {
    let plain = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, ' ' | '-' | '_' | '.' | '(' | ')')
    };
    let fits = (1..=MAX_NAME).contains(&name.len()) && name.chars().all(plain);
    (fits && !name.starts_with('.')).then(|| name.to_owned())
}
