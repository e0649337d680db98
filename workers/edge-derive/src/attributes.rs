//! What serde's attributes say of reading.

use syn::{Attribute, Error, LitStr, Token, Type, meta::ParseNestedMeta};

/// What they say of a type.
#[derive(Default)]
pub struct OfType {
    /// What it is read as, before it is converted.
    pub try_from: Option<Type>,
    /// Whether the names of variants are written in lower case.
    pub is_lowercase: bool,
}

impl OfType {
    pub fn read(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut read = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("try_from") {
                read.try_from = Some(text(meta)?.parse()?);
            } else if meta.path.is_ident("rename_all") {
                read.is_lowercase = text(meta)?.value() == "lowercase";
            } else if meta.path.is_ident("into") || meta.path.is_ident("tag") {
                text(meta)?;
            } else if !meta.path.is_ident("transparent") {
                return Err(meta.error("not known to `FromJson`"));
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// What they say of a member.
#[derive(Default)]
pub struct OfField {
    /// Its name in JSON, where that is another one.
    pub rename: Option<String>,
    /// Whether it has its default where it is not there.
    pub is_optional: bool,
}

impl OfField {
    pub fn read(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut read = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                read.rename = Some(text(meta)?.value());
            } else if meta.path.is_ident("default") && !meta.input.peek(Token![=]) {
                read.is_optional = true;
            } else if meta.path.is_ident("skip_serializing_if") {
                text(meta)?;
            } else {
                return Err(meta.error("not known to `FromJson`"));
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// Has `read` look at everything in `#[serde(…)]`.
fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(&ParseNestedMeta) -> Result<(), Error>,
) -> Result<(), Error> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .try_for_each(|attribute| attribute.parse_nested_meta(|meta| read(&meta)))
}

fn text(meta: &ParseNestedMeta) -> Result<LitStr, Error> {
    meta.value()?.parse()
}
