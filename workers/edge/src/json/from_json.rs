//! Structs out of JSON.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display};

use super::{JsonError, reader::Reader};

/// What is read from JSON. Derived by [`edge_derive::FromJson`] from serde's attributes.
pub trait FromJson: Sized {
    /// Reads the next value.
    ///
    /// # Errors
    /// [`JsonError`] where it is none of these.
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError>;

    /// What stands for a member that is not there, if anything may.
    fn absent() -> Option<Self> {
        None
    }
}

/// A value of `T`, from the `Stored` form of it.
///
/// # Errors
/// In the words of the conversion.
pub fn convert<Stored, T>(stored: Stored) -> Result<T, JsonError>
where
    T: TryFrom<Stored>,
    T::Error: Display,
{
    T::try_from(stored).map_err(|error| JsonError::new(&error.to_string(), 0))
}

/// Reads a member into its `slot`.
///
/// # Errors
/// [`JsonError`].
pub fn fill<T: FromJson>(slot: &mut Option<T>, reader: &mut Reader<'_>) -> Result<(), JsonError> {
    *slot = Some(T::from_json(reader)?);
    Ok(())
}

/// The member `name`, which has to be there.
///
/// # Errors
/// That it is not.
pub fn required<T: FromJson>(slot: Option<T>, name: &str) -> Result<T, JsonError> {
    slot.or_else(T::absent)
        .ok_or_else(|| JsonError::new(&["`", name, "` is missing"].concat(), 0))
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        match reader.takes_word("null") {
            true => Ok(None),
            false => T::from_json(reader).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut list, mut first) = (Self::new(), true);
        reader.open(b'[')?;
        while reader.more(&mut first, b']')? {
            list.push(T::from_json(reader)?);
        }
        Ok(list)
    }
}

impl<K: FromJson + Ord, T: FromJson> FromJson for BTreeMap<K, T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut map, mut first) = (Self::new(), true);
        reader.open(b'{')?;
        while reader.more(&mut first, b'}')? {
            let key = K::from_json(reader)?;
            reader.colon()?;
            map.insert(key, T::from_json(reader)?);
        }
        Ok(map)
    }
}

impl FromJson for String {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        reader.string().map(Cow::into_owned)
    }
}

impl FromJson for Cow<'static, str> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        String::from_json(reader).map(Cow::Owned)
    }
}

impl FromJson for bool {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let is_true = reader.takes_word("true");
        if !is_true && !reader.takes_word("false") {
            return Err(reader.fail("neither true nor false"));
        }
        Ok(is_true)
    }
}

/// Whole numbers.
macro_rules! whole {
    ($($number:ty)*) => {
        $(impl FromJson for $number {
            fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
                let number = reader.number()?.parse();
                number.map_err(|_| reader.fail("no whole number of its range"))
            }
        })*
    };
}

whole!(u8 u16 u32 u64 i64);
