//! Just enough of HTTP/1.1 (RFC 9112) for a test server.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use edge::Bytes;

use super::{Asked, Reply};

/// Longest line and most lines of a head.
const LINE: u64 = 64 * 1024;
const LINES: usize = 200;

/// Most bytes of a request's body.
const BODY: u64 = 1024 * 1024 * 1024;

/// Reads one request; `None` where the connection ended before one began.
pub(super) fn read(reader: &mut impl BufRead, writer: impl Write) -> io::Result<Option<Asked>> {
    let Some(first) = line(reader)? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(malformed("the request line"));
    };
    let headers = headers(reader)?;
    let find = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    };
    let host = find("host").unwrap_or_default();
    let body = body(reader, writer, find)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Some(Asked {
        method: method.to_owned(),
        origin: format!("http://{host}"),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body,
    }))
}

pub(super) fn headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for _ in 0..LINES {
        let header = line(reader)?.ok_or_else(|| malformed("the end of the head"))?;
        if header.is_empty() {
            return Ok(headers);
        }
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| malformed("a header"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Err(malformed("the number of headers"))
}

fn body(
    reader: &mut impl BufRead,
    mut writer: impl Write,
    header: impl Fn(&str) -> Option<String>,
) -> io::Result<Bytes> {
    if header("expect").is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue")) {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let chunked = header("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    if chunked {
        return read_chunks(reader).map(Bytes::from);
    }
    let length = header("content-length").unwrap_or_else(|| "0".to_owned());
    let length: u64 = length.parse().map_err(|_| malformed("content-length"))?;
    let mut body = Vec::new();
    reader.take(length.min(BODY)).read_to_end(&mut body)?;
    if body.len() as u64 != length {
        return Err(malformed("the length of the body"));
    }
    Ok(body.into())
}

/// A body in chunks, up to and with its last line.
pub(super) fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?.ok_or_else(|| malformed("the end of the chunks"))?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| malformed("a chunk's size"))?;
        let before = body.len() as u64;
        if before + size > BODY {
            return Err(malformed("the length of the body"));
        }
        reader.by_ref().take(size).read_to_end(&mut body)?;
        if body.len() as u64 != before + size || line(reader)?.is_none() {
            return Err(malformed("a chunk"));
        }
        if size == 0 {
            return Ok(body);
        }
    }
}

/// A line without its end; `None` at the end of the connection.
pub(super) fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.by_ref().take(LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(malformed("a line"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what} is malformed"))
}

/// Writes the head of `reply` to a request with `method`.
pub(super) fn write_head(mut writer: impl Write, method: &str, reply: &Reply) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.announced() {
        _ if matches!(reply.status, 100..=199 | 204 | 304) => {}
        // The fake has said how long the body would be.
        _ if method == "HEAD" && named(reply, "content-length") => {}
        Some(length) => head.push_str(&format!("content-length: {length}\r\n")),
        None if method == "HEAD" => {}
        None => head.push_str("transfer-encoding: chunked\r\n"),
    }
    head.push_str("connection: close\r\n\r\n");
    writer.write_all(head.as_bytes())
}

fn named(reply: &Reply, header: &str) -> bool {
    reply.headers.iter().any(|(name, _)| name == header)
}

/// Writes a piece of a body.
pub(super) fn write_piece(mut writer: impl Write, piece: &[u8], chunked: bool) -> io::Result<()> {
    if !chunked {
        return writer.write_all(piece);
    }
    let size = format!("{:x}\r\n", piece.len());
    writer.write_all(&[size.as_bytes(), piece, b"\r\n"].concat())
}

/// Writes the end of a body in chunks.
pub(super) fn write_end(mut writer: impl Write) -> io::Result<()> {
    writer.write_all(b"0\r\n\r\n")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::{read, read_chunks};

    #[test]
    fn requests_are_read() {
        for (text, method, query, body) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "", ""),
            (
                "POST /x?y=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
                "POST",
                "y=1",
                "abc",
            ),
            (
                "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n",
                "PUT",
                "",
                "abc",
            ),
        ] {
            let asked = read(&mut text.as_bytes(), Vec::new())
                .expect(text)
                .expect(text);
            assert_eq!(asked.method, method);
            assert_eq!(asked.query, query);
            assert_eq!(asked.body, body);
        }
    }

    #[test]
    fn broken_requests_are_not() {
        for text in [
            "GET",
            "GET / HTTP/1.1\r\nHost: a",
            "POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nabc",
            "POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        ] {
            assert!(read(&mut text.as_bytes(), Vec::new()).is_err(), "{text}");
        }
        assert!(read_chunks(&mut "5\r\nab\r\n0\r\n\r\n".as_bytes()).is_err());
        assert!(read_chunks(&mut "2\r\nab\r\n".as_bytes()).is_err());
    }
}
