//! A small HTTP/1.1 server on loopback that can also misbehave.
//!
//! One thread a connection, one request a connection: tests do not need more, and an answer can be
//! cut, delayed or left out exactly where a case wants it, which HTTP libraries take pains to
//! prevent.

use std::{
    env,
    io::{self, BufReader},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{Reply, Service, Silence, http1};

/// How long a connection may be idle before the server gives it up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Names the address that all fakes listen on, for servers under test that have a network of their
/// own and would not find 127.0.0.1.
pub const ADDRESS: &str = "FAKES_ADDRESS";

/// The address that all fakes listen on: what [`ADDRESS`] says, else 127.0.0.1.
pub fn address() -> IpAddr {
    let named = env::var(ADDRESS).ok().and_then(|text| text.parse().ok());
    named.unwrap_or(Ipv4Addr::LOCALHOST.into())
}

/// A running server; it stops when this is dropped.
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Serves `service` on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn start(service: impl Service + Send + Sync + 'static) -> io::Result<Self> {
        Ok(Listener::bind(0)?.serve(service))
    }

    /// Host and port, as lists of allowed hosts want it.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The server's URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections; where this fails, it has ended already.
        let _ = TcpStream::connect(self.address);
    }
}

/// A port that is taken but not yet answered, for servers that must know each other's addresses.
pub struct Listener(TcpListener);

impl Listener {
    /// Takes `port` of [`address`]; any free one where it is 0.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn bind(port: u16) -> io::Result<Self> {
        TcpListener::bind((address(), port)).map(Self)
    }

    /// The URL that [`Listener::serve`] will answer, without a slash at the end.
    ///
    /// # Panics
    /// Where the system does not know its own socket.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound socket has an address")
    }

    /// Serves `service` from now on.
    pub fn serve(self, service: impl Service + Send + Sync + 'static) -> Server {
        let address = self.address();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let service = Arc::new(service);
        thread::spawn(move || {
            for connection in self.0.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let service = Arc::clone(&service);
                if let Ok(connection) = connection {
                    // What the other side does to its connection is its own affair.
                    thread::spawn(move || drop(exchange(&connection, &*service)));
                }
            }
        });
        Server { address, stopping }
    }
}

fn exchange(connection: &TcpStream, service: &impl Service) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection);
    let Some(asked) = http1::read(&mut reader, connection)? else {
        return Ok(());
    };
    let reply = service.answer(&asked);
    thread::sleep(reply.delivery.before);
    match reply.delivery.silence {
        Some(Silence::Closed) => Ok(()),
        Some(Silence::Open) => wait_for_the_end(connection),
        None => send(connection, &asked.method, &reply),
    }
}

fn send(connection: &TcpStream, method: &str, reply: &Reply) -> io::Result<()> {
    http1::write_head(connection, method, reply)?;
    if !reply.has_body(method) {
        return Ok(());
    }
    let chunked = reply.announced().is_none();
    for piece in reply.pieces() {
        http1::write_piece(connection, &piece, chunked)?;
        thread::sleep(reply.delivery.pause);
    }
    if chunked && reply.delivery.cut_after.is_none() {
        http1::write_end(connection)?;
    }
    Ok(())
}

/// Reads and forgets until the other side closes, or the patience ends.
fn wait_for_the_end(mut connection: &TcpStream) -> io::Result<()> {
    io::copy(&mut connection, &mut io::sink()).map(drop)
}
