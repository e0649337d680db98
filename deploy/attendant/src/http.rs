//! As much HTTP/1.1 as readiness takes: one small request per connection, all on this machine.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most of a body that is read, in bytes.
const BODY: u64 = 1024;

/// The longest line of a head, in bytes.
const LINE: u64 = 8 * 1024;

/// An answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body's beginning.
    pub body: String,
}

/// `GET`s a path of a server on this machine.
///
/// # Errors
/// Nobody answered in time, or not in HTTP.
pub fn get(port: u16, path: &str) -> Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: attendant\r\nconnection: close\r\n\r\n"
    )?;
    let mut reader = BufReader::new(stream);
    let status = line(&mut reader)?;
    let status = status
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|status| status.parse().ok())
        .with_context(|| format!("{status:?} is no HTTP"))?;
    while !line(&mut reader)?.is_empty() {}
    let mut body = Vec::new();
    // A body that is cut short says enough: the status counts.
    let _ = reader.take(BODY).read_to_end(&mut body);
    Ok(Answer {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// Reads a request's head and answers it with what `answer` makes of its path.
///
/// # Errors
/// The other side went away, or speaks no HTTP.
pub fn answer(
    stream: TcpStream,
    answer: impl FnOnce(&str) -> (&'static str, String),
) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let request = line(&mut reader)?;
    let path = request.split(' ').nth(1).context("no request line")?;
    let (status, body) = answer(path);
    while !line(&mut reader)?.is_empty() {}
    let length = body.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )?;
    Ok(())
}

/// A line without its end; empty after the head, too.
fn line(reader: &mut impl BufRead) -> Result<String> {
    let mut bytes = Vec::new();
    reader.take(LINE).read_until(b'\n', &mut bytes)?;
    ensure!(
        bytes.ends_with(b"\n"),
        "the connection ended, or a line is too long"
    );
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn both_sides_understand_each_other() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let server = thread::spawn(move || -> Result<()> {
            answer(listener.accept()?.0, |path| {
                ("404 Not Found", path.to_owned())
            })
        });
        let answer = get(port, "/ready?x=1")?;
        assert_eq!((answer.status, answer.body.as_str()), (404, "/ready?x=1"));
        server.join().expect("no panic")
    }

    #[test]
    fn nobody_and_nonsense_are_errors() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let server = thread::spawn(move || -> Result<()> {
            listener.accept()?.0.write_all(b"SSH-2.0\r\n")?;
            Ok(())
        });
        assert!(get(port, "/").is_err());
        server.join().expect("no panic")?;
        assert!(get(port, "/").is_err());
        Ok(())
    }
}
