//! One HTTP/1.1 exchange over a connection of its own, so that a case decides every byte that is
//! sent and sees every header that comes back.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long a server may be silent, but for what it has to do with a body: see [`patience`].
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes of a body that are sent or read at once.
const PIECE: usize = 64 * 1024;

/// What is sent as the body.
pub enum Content<'a> {
    /// Nothing, and no header about it.
    Nothing,
    /// These bytes, their length announced.
    Bytes(&'a [u8]),
    /// These bytes in chunks, no length announced.
    Chunked(&'a [u8]),
    /// This many bytes of a reader, their number announced.
    Stream(u64, &'a mut (dyn Read + Send)),
}

/// What takes a body's bytes as they come.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]);

/// A request.
pub struct Request<'a, 'c> {
    /// Its method.
    pub method: &'a str,
    /// Path and query, as they are sent.
    pub target: &'a str,
    /// Its headers beside `host`, `connection` and those of the body's framing.
    pub headers: &'a [(String, String)],
    /// Its body.
    pub content: Content<'c>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body; empty where it went to a sink.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of the header `name` (lower case), where there is exactly one.
    ///
    /// # Errors
    /// Where there is none, or several.
    pub fn header(&self, name: &str) -> Result<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(value),
            (None, _) => bail!("the answer has no header {name}: {}", self.describe()),
            _ => bail!(
                "the answer has the header {name} twice: {}",
                self.describe()
            ),
        }
    }

    /// Whether there is a header `name` (lower case).
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key == name)
    }

    /// The body as text, what is not UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// Where it is not.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("the body is not JSON: {}", self.describe()))
    }

    /// The same, if the status is `expected`.
    ///
    /// # Errors
    /// Another status, with what came.
    pub fn expect(self, expected: u16) -> Result<Self> {
        ensure!(
            self.status == expected,
            "expected {expected}, got {}",
            self.describe()
        );
        Ok(self)
    }

    /// Status, headers and the beginning of the body, for messages.
    pub fn describe(&self) -> String {
        let text: String = self.text().chars().take(600).collect();
        format!("{} {:?} {text}", self.status, self.headers)
    }
}

/// Sends `request` to `authority` (`host:port`) and reads the whole answer; bytes of the body go to
/// `sink` as they come, if there is one.
///
/// # Errors
/// Where there is no answer, or one that breaks HTTP's rules.
pub fn send(authority: &str, request: Request<'_, '_>, sink: Option<Sink<'_>>) -> Result<Response> {
    let connection = TcpStream::connect(authority).with_context(|| authority.to_owned())?;
    let patience = patience(&request.content);
    connection.set_read_timeout(Some(patience))?;
    connection.set_write_timeout(Some(patience))?;
    connection.set_nodelay(true)?;
    let method = request.method.to_owned();
    let head = head(authority, &request);
    thread::scope(|scope| {
        // A server may answer before it has read the body, and then close: what cannot be sent any
        // more does not matter if there is an answer.
        let writer = scope.spawn(|| write(&connection, &head, request.content));
        let answer = read(&method, &connection, sink);
        if answer.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        let written = writer.join();
        match (answer, written) {
            (Err(error), Ok(Err(cause))) => {
                Err(error.context(format!("sending broke off: {cause}")))
            }
            (answer, _) => answer,
        }
    })
    .with_context(|| format!("{method} to {authority}"))
}

/// A large archive is stored, read again and stored as it is served before there is an answer: a
/// second more for each MiB, which a busy machine takes.
fn patience(content: &Content<'_>) -> Duration {
    match content {
        Content::Stream(length, _) => PATIENCE + Duration::from_secs(length >> 20),
        _ => PATIENCE,
    }
}

fn head(authority: &str, request: &Request<'_, '_>) -> String {
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n",
        request.method, request.target
    );
    for (name, value) in request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match &request.content {
        Content::Nothing => {}
        Content::Bytes(bytes) => head.push_str(&format!("content-length: {}\r\n", bytes.len())),
        Content::Chunked(_) => head.push_str("transfer-encoding: chunked\r\n"),
        Content::Stream(length, _) => head.push_str(&format!("content-length: {length}\r\n")),
    }
    head.push_str("\r\n");
    head
}

fn write(mut connection: &TcpStream, head: &str, content: Content<'_>) -> std::io::Result<()> {
    connection.write_all(head.as_bytes())?;
    match content {
        Content::Nothing => {}
        Content::Bytes(bytes) => connection.write_all(bytes)?,
        Content::Chunked(bytes) => {
            for piece in bytes.chunks(PIECE) {
                write!(connection, "{:x}\r\n", piece.len())?;
                connection.write_all(piece)?;
                connection.write_all(b"\r\n")?;
            }
            connection.write_all(b"0\r\n\r\n")?;
        }
        Content::Stream(length, reader) => {
            std::io::copy(&mut reader.take(length), &mut connection)?;
        }
    }
    connection.flush()
}

fn read(method: &str, connection: &TcpStream, sink: Option<Sink<'_>>) -> Result<Response> {
    let mut reader = BufReader::with_capacity(PIECE, connection);
    let (status, headers) = loop {
        let (status, headers) = read_head(&mut reader)?;
        if status >= 200 {
            break (status, headers);
        }
    };
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Ok(response);
    }
    match sink {
        Some(sink) => read_body(&mut reader, &response, sink)?,
        None => {
            let mut kept = Vec::new();
            read_body(&mut reader, &response, &mut |piece| {
                kept.extend_from_slice(piece);
            })?;
            response.body = kept;
        }
    }
    Ok(response)
}

fn read_body(reader: &mut impl BufRead, response: &Response, sink: Sink<'_>) -> Result<()> {
    if response.has("transfer-encoding") {
        return read_chunks(reader, sink);
    }
    let length = match response.has("content-length") {
        true => Some(response.header("content-length")?.parse()?),
        false => None,
    };
    read_until(reader, length, sink)
}

type Headers = Vec<(String, String)>;

fn read_head(reader: &mut impl BufRead) -> Result<(u16, Headers)> {
    let first = line(reader)?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.with_context(|| format!("{first:?} is not the start of an answer"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok((status, headers));
        }
        let (name, value) = line.split_once(':').context("a header without a colon")?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn line(reader: &mut impl BufRead) -> Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    ensure!(line.ends_with(b"\n"), "the connection ended in the head");
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn read_chunks(reader: &mut impl BufRead, sink: Sink<'_>) -> Result<()> {
    loop {
        let size = line(reader).context("the body broke off")?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).context("a chunk's size")?;
        if size == 0 {
            // Trailers end with an empty line.
            while !line(reader)?.is_empty() {}
            return Ok(());
        }
        read_until(reader, Some(size), sink)?;
        ensure!(line(reader)?.is_empty(), "a chunk is longer than it says");
    }
}

/// Reads `length` bytes, or to the end of the connection.
fn read_until(reader: &mut impl BufRead, length: Option<u64>, sink: Sink<'_>) -> Result<()> {
    let mut left = length.unwrap_or(u64::MAX);
    while left > 0 {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            ensure!(
                length.is_none(),
                "the body ended {left} bytes before its announced length"
            );
            break;
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let piece = &available[..available.len().min(most)];
        sink(piece);
        let taken = piece.len();
        left -= taken as u64;
        reader.consume(taken);
    }
    Ok(())
}
