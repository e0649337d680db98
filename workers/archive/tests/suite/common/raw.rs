//! A zip writer with a hand on every field, for archives that no decent writer would produce.

/// An entry's fields, in the directory and before its content.
#[derive(Clone)]
pub struct Item {
    pub central: Header,
    pub local: Header,
    pub content: Vec<u8>,
    pub descriptor: Vec<u8>,
    pub comment: Vec<u8>,
    pub made_by: u16,
    pub external: u32,
    pub disk: u16,
    /// Instead of where the local header really is.
    pub offset: Option<u32>,
}

/// What both headers have.
#[derive(Clone)]
pub struct Header {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub compressed: u32,
    pub size: u32,
    pub extra: Vec<u8>,
}

impl Item {
    /// A truthful stored entry.
    pub fn new(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let header = Header {
            name: name.as_ref().to_vec(),
            flags: 0,
            method: 0,
            crc: crc32fast::hash(content),
            compressed: content.len() as u32,
            size: content.len() as u32,
            extra: Vec::new(),
        };
        Self {
            central: header.clone(),
            local: header,
            content: content.to_vec(),
            descriptor: Vec::new(),
            comment: Vec::new(),
            made_by: 20,
            external: 0,
            disk: 0,
            offset: None,
        }
    }

    /// Changes both headers.
    pub fn both(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        change(&mut self.local);
        self
    }

    /// Changes the directory's header.
    pub fn central(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        self
    }

    /// Changes the local header.
    pub fn local(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    /// Changes anything else.
    pub fn with(mut self, change: impl Fn(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Leaves sizes and checksum to a descriptor after the content.
    pub fn streamed(self, signed: bool) -> Self {
        let mut item = self.both(|header| header.flags |= 1 << 3);
        let header = item.central.clone();
        if signed {
            item.descriptor.extend_from_slice(b"PK\x07\x08");
        }
        for value in [header.crc, header.compressed, header.size] {
            item.descriptor.extend_from_slice(&value.to_le_bytes());
        }
        item.local(|header| (header.crc, header.compressed, header.size) = (0, 0, 0))
    }
}

/// An extra field.
pub fn extra(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// A zip64 extra field.
pub fn zip64(values: &[u64]) -> Vec<u8> {
    let content: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    extra(1, &content)
}

/// The end record.
pub struct End {
    pub disk: u16,
    pub directory_disk: u16,
    pub here: u16,
    pub entries: u16,
    pub size: u32,
    pub offset: u32,
    pub comment: Vec<u8>,
    /// Announced instead of the comment's length.
    pub comment_len: Option<u16>,
    /// Zip64 end records: the record's values and what the locator points to.
    pub zip64: Option<End64>,
}

/// The zip64 end records.
#[derive(Clone)]
pub struct End64 {
    pub record_len: u64,
    pub disk: u32,
    pub entries: u64,
    pub size: u64,
    pub offset: u64,
    pub locator: u64,
    pub disks: u32,
}

/// Writes an archive.
pub fn build(items: &[Item]) -> Vec<u8> {
    build_with(items, |_| {})
}

/// Writes an archive with changes to its end records.
pub fn build_with(items: &[Item], change: impl Fn(&mut End)) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for item in items {
        let offset = item.offset.unwrap_or(out.len() as u32);
        put_local(&mut out, item);
        put_central(&mut directory, item, offset);
    }
    let mut end = End {
        disk: 0,
        directory_disk: 0,
        here: items.len() as u16,
        entries: items.len() as u16,
        size: directory.len() as u32,
        offset: out.len() as u32,
        comment: Vec::new(),
        comment_len: None,
        zip64: None,
    };
    change(&mut end);
    out.extend(directory);
    put_end(&mut out, &end);
    out
}

/// Zip64 end records that repeat what `end` says.
pub fn truthful64(end: &End) -> End64 {
    End64 {
        record_len: 44,
        disk: 0,
        entries: end.entries.into(),
        size: end.size.into(),
        offset: end.offset.into(),
        locator: u64::from(end.offset) + u64::from(end.size),
        disks: 1,
    }
}

fn put_header(out: &mut Vec<u8>, header: &Header) {
    for value in [20, header.flags, header.method, 0x6000, 0x5a21] {
        out.extend_from_slice(&u16::to_le_bytes(value));
    }
    for value in [header.crc, header.compressed, header.size] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    for length in [header.name.len(), header.extra.len()] {
        out.extend_from_slice(&(length as u16).to_le_bytes());
    }
}

/// Appends an entry's local header, content and descriptor.
pub fn put_local(out: &mut Vec<u8>, item: &Item) {
    out.extend_from_slice(b"PK\x03\x04");
    put_header(out, &item.local);
    for part in [
        &item.local.name,
        &item.local.extra,
        &item.content,
        &item.descriptor,
    ] {
        out.extend_from_slice(part);
    }
}

/// Appends an entry's directory record.
pub fn put_central(out: &mut Vec<u8>, item: &Item, offset: u32) {
    out.extend_from_slice(b"PK\x01\x02");
    out.extend_from_slice(&item.made_by.to_le_bytes());
    put_header(out, &item.central);
    for value in [item.comment.len() as u16, item.disk, 0] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&item.external.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    for part in [&item.central.name, &item.central.extra, &item.comment] {
        out.extend_from_slice(part);
    }
}

/// Appends the end records.
pub fn put_end(out: &mut Vec<u8>, end: &End) {
    if let Some(long) = &end.zip64 {
        out.extend_from_slice(b"PK\x06\x06");
        out.extend_from_slice(&long.record_len.to_le_bytes());
        out.extend_from_slice(&[45, 0, 45, 0]);
        out.extend_from_slice(&long.disk.to_le_bytes());
        out.extend_from_slice(&long.disk.to_le_bytes());
        for value in [long.entries, long.entries, long.size, long.offset] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        out.extend_from_slice(&long.locator.to_le_bytes());
        out.extend_from_slice(&long.disks.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x05\x06");
    for value in [end.disk, end.directory_disk, end.here, end.entries] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&end.size.to_le_bytes());
    out.extend_from_slice(&end.offset.to_le_bytes());
    let length = end.comment_len.unwrap_or(end.comment.len() as u16);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&end.comment);
}
