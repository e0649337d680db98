//! The fakes' own requests, and the tests' of the fakes: `http` only, one exchange a connection.

use std::{
    io::{self, BufReader, Error, ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use edge::{Bytes, Url};

use super::http1;

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

impl Response {
    /// The first value of the header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Sends one request and reads the whole answer. Redirects are not followed.
///
/// # Errors
/// Where there is no answer, or a broken one.
pub fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Response> {
    let url = Url::parse(url).map_err(|_| invalid("the URL"))?;
    let (Some(host), Some(port), "http") =
        (url.host_str(), url.port_or_known_default(), url.scheme())
    else {
        return Err(invalid("the URL"));
    };
    let connection = TcpStream::connect((host.trim_matches(['[', ']']), port))?;
    connection.set_read_timeout(Some(Duration::from_secs(60)))?;
    let query = url.query().map(|query| format!("?{query}"));
    let target = format!("{}{}", url.path(), query.unwrap_or_default());
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {host}:{port}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = body.len();
    head.push_str(&format!(
        "content-length: {length}\r\nconnection: close\r\n\r\n"
    ));
    (&connection).write_all(&[head.as_bytes(), body].concat())?;
    read(method, &connection)
}

/// Gets `url`.
///
/// # Errors
/// As [`send`].
pub fn get(url: &str) -> io::Result<Response> {
    send("GET", url, &[], b"")
}

fn read(method: &str, connection: &TcpStream) -> io::Result<Response> {
    let mut reader = BufReader::new(connection);
    let first = http1::line(&mut reader)?.ok_or_else(|| invalid("the answer"))?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status: u16 = status.ok_or_else(|| invalid("the status"))?;
    let headers = http1::headers(&mut reader)?;
    let mut response = Response {
        status,
        headers,
        body: Bytes::new(),
    };
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Ok(response);
    }
    let chunked = response.header("transfer-encoding") == Some("chunked");
    let length = response.header("content-length").map(str::to_owned);
    let mut body = Vec::new();
    if chunked {
        body = http1::read_chunks(&mut reader)?;
    } else {
        reader.read_to_end(&mut body)?;
        if length.is_some_and(|length| length != body.len().to_string()) {
            return Err(invalid("the length of the body"));
        }
    }
    response.body = body.into();
    Ok(response)
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{what} is not usable"))
}
