//! What an AVIF's header says (ISO/IEC 14496-12 and 23008-12, AVIF 1.1). Its pixels are not read.

use crate::placement::Placement;
use crate::{Error, Format, Orientation};

const CUT: Error = Error::Truncated(Format::Avif);

/// The most boxes at one level; pictures have a few, sequences of them a few dozen. How deep they
/// lie is given by what is looked for.
const BOXES: usize = 1_000;

/// A box inside of another, 14496-12 4.2.
struct Box<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

/// Facts about the primary item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub width: u32,
    pub height: u32,
    pub alpha: bool,
    pub orientation: Orientation,
}

fn damaged(what: &'static str) -> Error {
    Error::damaged(Format::Avif, what)
}

impl Outline {
    /// Reads the boxes of the file, all of which have to be complete.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let outermost = all(bytes)?;
        let meta = outermost.iter().find(|item| &item.kind == b"meta");
        let meta = meta.ok_or(damaged("it has no box of metadata"))?.body;
        // Version and flags come first.
        let meta = meta.get(4..).ok_or(CUT)?;
        let primary = find(meta, b"pitm").and_then(primary_item);
        let properties = find(meta, b"iprp").ok_or(damaged("it has no properties"))?;
        let list = find(properties, b"ipco").ok_or(damaged("it has no properties"))?;
        let list = all(list)?;
        let of_primary = find(properties, b"ipma").zip(primary);
        let indices = of_primary.and_then(|(table, item)| associations(table, item));
        let indices = indices.ok_or(damaged("nothing says which picture it shows"))?;
        // The picture itself comes in a box of its own, or next to the metadata.
        let has_data = outermost.iter().any(|item| &item.kind == b"mdat");
        if !has_data && find(meta, b"idat").is_none() {
            return Err(CUT);
        }
        let own = indices
            .iter()
            .filter_map(|index| list.get(index.checked_sub(1)?));
        Self::from_properties(own, list.iter().any(is_alpha))
    }

    fn from_properties<'a>(
        properties: impl Iterator<Item = &'a Box<'a>>,
        alpha: bool,
    ) -> Result<Self, Error> {
        let (mut size, mut placement) = (None, Placement::default());
        for property in properties {
            match (&property.kind, property.body) {
                (b"ispe", body) => {
                    let long = |at: usize| body.get(at..)?.first_chunk().copied();
                    let side = |at: usize| long(at).map(u32::from_be_bytes).ok_or(CUT);
                    size = Some((side(4)?, side(8)?));
                }
                // In the order they stand, as 23008-12 has it.
                (b"irot", [turn, ..]) => placement = placement.then(turned(turn & 3)),
                (b"imir", [axis, ..]) => {
                    let across = axis & 1 != 0;
                    placement = placement.then(Placement::mirrored(across, !across));
                }
                _ => {}
            }
        }
        match size {
            Some((width @ 1.., height @ 1..)) => Ok(Self {
                width,
                height,
                alpha,
                orientation: placement.orientation(),
            }),
            _ => Err(damaged("it does not say how large it is")),
        }
    }
}

/// Counter-clockwise by that many quarters.
fn turned(quarters: u8) -> Placement {
    Orientation::from_tag(match quarters {
        1 => 8,
        2 => 3,
        3 => 6,
        _ => 1,
    })
    .into()
}

/// The boxes that follow each other; `None` for one that is not complete.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = Option<Box<'_>>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first = split(rest);
        rest = first.as_ref().map_or(&[], |(_, next)| next);
        Some(first.map(|(first, _)| first))
    })
}

/// The boxes that follow each other, all of which have to be complete.
fn all(body: &[u8]) -> Result<Vec<Box<'_>>, Error> {
    let all = boxes(body).take(BOXES + 1).collect::<Option<Vec<_>>>();
    let all = all.ok_or(CUT)?;
    match all.len() <= BOXES {
        true => Ok(all),
        false => Err(damaged("it has too many boxes")),
    }
}

fn split(rest: &[u8]) -> Option<(Box<'_>, &[u8])> {
    let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
    let kind = *rest.get(4..)?.first_chunk()?;
    let (head, length) = match length {
        // To the end of the file.
        0 => (8, rest.len()),
        1 => {
            let long = u64::from_be_bytes(*rest.get(8..)?.first_chunk()?);
            (16, usize::try_from(long).ok()?)
        }
        length => (8, length),
    };
    let body = rest.get(head..length)?;
    Some((Box { kind, body }, rest.get(length..)?))
}

fn find<'a>(body: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let mut complete = boxes(body).take(BOXES).flatten();
    complete
        .find(|item| &item.kind == kind)
        .map(|item| item.body)
}

/// Box pitm, 14496-12 8.11.4.
fn primary_item(body: &[u8]) -> Option<u32> {
    match body {
        [0, _, _, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low]).into()),
        [_, _, _, _, rest @ ..] => Some(u32::from_be_bytes(*rest.first_chunk()?)),
        _ => None,
    }
}

/// The properties of an item, counted from 1: box ipma, 23008-12 9.3.
fn associations(body: &[u8], item: u32) -> Option<Vec<usize>> {
    let (version, flags) = (*body.first()?, *body.get(3)?);
    let mut rest = body.get(4..)?;
    let mut take = |bytes: usize| {
        let (part, tail) = rest.split_at_checked(bytes)?;
        rest = tail;
        Some(
            part.iter()
                .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)),
        )
    };
    let entries = take(4)?;
    for _ in 0..entries {
        let id = take(if version == 0 { 2 } else { 4 })?;
        let count = take(1)?;
        let mut indices = Vec::new();
        for _ in 0..count {
            // The highest bit says that the property is essential.
            let index = match flags & 1 {
                0 => take(1)? & 0x7f,
                _ => take(2)? & 0x7fff,
            };
            indices.push(index as usize);
        }
        if id == item {
            return Some(indices);
        }
    }
    None
}

/// Whether a property says that its item is the alpha of another (AVIF 1.1, 4.1).
fn is_alpha(property: &Box) -> bool {
    let name = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
    let old = b"urn:mpeg:hevc:2015:auxid:1";
    let named = property.body.get(4..).unwrap_or(&[]);
    &property.kind == b"auxC" && (named.starts_with(name) || named.starts_with(old))
}
