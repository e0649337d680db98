//! Reading directory records.

use crate::entry::flag;
use crate::error::{Error, Limit, NameProblem, shown};
use crate::fields::Fields;
use crate::{Entry, Limits, Method, extra, method, text};

pub(crate) const CENTRAL_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// Bytes of a directory record without its name, extra fields and comment.
pub(crate) const CENTRAL_BYTES: usize = 46;
/// Room that extra fields must leave for a zip64 field in the output.
const ZIP64_ROOM: usize = 32;

impl Entry {
    /// Reads the next directory record. `end` is still unknown then.
    pub(crate) fn parse(fields: &mut Fields<'_>, limits: &Limits) -> Result<Self, Error> {
        if fields.take(4)? != CENTRAL_SIGNATURE {
            let what = "a record of its directory does not begin as one";
            return Err(Error::Structure(what));
        }
        let made_by = fields.u16()?;
        fields.u16()?; // version needed: written afresh
        let flags = fields.u16()?;
        let method = fields.u16()?;
        let (time, date) = (fields.u16()?, fields.u16()?);
        let crc32 = fields.u32()?;
        let (compressed, size) = (fields.u32()?, fields.u32()?);
        let lengths = [fields.u16()?, fields.u16()?, fields.u16()?];
        let (disk, internal) = (fields.u16()?, fields.u16()?);
        let (external, offset) = (fields.u32()?, fields.u32()?);
        let raw_name = fields.take(lengths[0].into())?;
        let block = fields.take(lengths[1].into())?;
        let raw_comment = fields.take(lengths[2].into())?;

        let name = decode_name(raw_name, flags, block)?;
        bounded(&name, Limit::NameBytes, name.len(), limits.name_bytes)?;
        let comment = decode_comment(raw_comment, block);
        bounded(&name, Limit::CommentBytes, comment.len(), u16::MAX.into())?;
        let method = accept(&name, flags, method)?;
        let (size, compressed, offset) =
            widen(block, [size, compressed, offset], disk).map_err(|what| what.of(&name))?;
        let raw_name = (raw_name != name.as_bytes()).then(|| raw_name.into());
        let (comment, extra) = (comment.into_boxed_str(), extra::kept(block));
        if extra.len() + ZIP64_ROOM > usize::from(u16::MAX) {
            let what = "its extra fields fill all the room there is";
            return Err(Error::Entry {
                entry: shown(&name),
                what,
            });
        }
        let end = 0;
        Ok(Self {
            name,
            raw_name,
            stripped: 0,
            comment,
            extra,
            compressed,
            size,
            offset,
            end,
            crc32,
            external,
            time,
            date,
            made_by,
            internal,
            flags,
            method,
        })
    }
}

fn decode_name(raw: &[u8], flags: u16, block: &[u8]) -> Result<String, Error> {
    if let Some(name) = extra::unicode_name(block, raw) {
        return Ok(name.to_owned());
    }
    let name = text::decode(raw);
    if flags & flag::UTF8 != 0 && name.as_bytes() != raw {
        return Err(Error::Name {
            entry: shown(&name),
            problem: NameProblem::NotUtf8,
        });
    }
    Ok(name)
}

fn decode_comment(raw: &[u8], block: &[u8]) -> String {
    extra::unicode_comment(block, raw).map_or_else(|| text::decode(raw), str::to_owned)
}

fn bounded(name: &str, limit: Limit, found: usize, allowed: u64) -> Result<(), Error> {
    let found = found as u64;
    if found <= allowed {
        return Ok(());
    }
    let entry = Some(shown(name));
    Err(Error::Limit {
        entry,
        limit,
        found,
        allowed,
    })
}

/// The method, unless it or the flags say that not every reader could unpack the entry.
fn accept(name: &str, flags: u16, number: u16) -> Result<Method, Error> {
    let entry = || shown(name);
    if flags & flag::ENCRYPTED != 0 || number == method::AES_ENCRYPTED {
        return Err(Error::Encrypted { entry: entry() });
    }
    if flags & flag::PATCH != 0 {
        let what = "it is a patch to another file, not a file";
        return Err(Error::Entry {
            entry: entry(),
            what,
        });
    }
    Method::from_number(number).ok_or_else(|| Error::Method {
        entry: entry(),
        number,
    })
}

/// Why 64-bit values could not be found.
enum Widening {
    MultiDisk,
    Lie(&'static str),
}

impl Widening {
    fn of(self, name: &str) -> Error {
        match self {
            Widening::MultiDisk => Error::MultiDisk,
            Widening::Lie(what) => Error::Entry {
                entry: shown(name),
                what,
            },
        }
    }
}

/// Size, compressed size and offset, taken from the zip64 field where the short field defers to
/// it. The field holds only what is deferred, in this order (APPNOTE 4.5.3).
fn widen(block: &[u8], short: [u32; 3], disk: u16) -> Result<(u64, u64, u64), Widening> {
    let field = extra::zip64(block).map_err(Widening::Lie)?;
    let mut long = Fields::new(field.unwrap_or_default(), "zip64 field");
    let mut value = |short: u32| match short {
        u32::MAX => long
            .u64()
            .map_err(|_| Widening::Lie("a size or offset defers to a zip64 field that lacks it")),
        _ => Ok(u64::from(short)),
    };
    let wide = (value(short[0])?, value(short[1])?, value(short[2])?);
    let disk = match disk {
        u16::MAX => long.u32().unwrap_or(disk.into()),
        _ => disk.into(),
    };
    if disk == 0 {
        Ok(wide)
    } else {
        Err(Widening::MultiDisk)
    }
}
