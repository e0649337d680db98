//! How many connections of others are open to the server, by the kernel's own account.

use std::fs;

/// State `ESTABLISHED` in `/proc/net/tcp`.
const ESTABLISHED: &str = "01";

/// Connections to `port` that are open and do not come from this very machine, whose own are the
/// attendant's checks. Where the kernel says nothing, none.
pub fn open(port: u16) -> usize {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .map(|table| count(&table, port))
        .sum()
}

fn count(table: &str, port: u16) -> usize {
    let port = format!(":{port:04X}");
    let counts = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        let (Some(local), Some(remote), Some(state)) = (words.next(), words.next(), words.next())
        else {
            return false;
        };
        state == ESTABLISHED && local.ends_with(&port) && !is_loopback(remote)
    };
    table.lines().skip(1).filter(counts).count()
}

/// `0100007F:…` is 127.0.0.1 on a little-endian machine; the IPv6 table writes it behind a prefix.
fn is_loopback(address: &str) -> bool {
    let host = address.split(':').next().unwrap_or_default();
    host.ends_with("0100007F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_hold_open_counts() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
            0: 00000000:0BB8 00000000:0000 0A 00000000:00000000\n\
            1: 0201C80A:0BB8 0301C80A:D2F0 01 00000000:00000000\n\
            2: 0100007F:0BB8 0100007F:D2F2 01 00000000:00000000\n\
            3: 0201C80A:0BB9 0301C80A:D2F4 01 00000000:00000000\n\
            4: 0201C80A:0BB8 0301C80A:D2F6 06 00000000:00000000\n\
            5: 0000000000000000FFFF00000201C80A:0BB8 0000000000000000FFFF00000301C80A:D2F8 01 0\n\
            6: 0000000000000000FFFF00000100007F:0BB8 0000000000000000FFFF00000100007F:D2F9 01 0\n";
        assert_eq!(count(table, 3000), 2);
        assert_eq!(count(table, 80), 0);
        assert_eq!(count("", 3000), 0);
    }
}
