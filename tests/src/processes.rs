//! Processes of this machine, as far as Linux's /proc tells of them.

use std::{fs, process::Command};

/// Whether this system tells anything; macOS does not.
pub fn are_told() -> bool {
    fs::exists("/proc/self/status").unwrap_or(false)
}

/// A process and everything that it started, itself first.
pub fn family(id: u32) -> Vec<u32> {
    let parents = parents();
    let mut family = vec![id];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        family.extend(children.map(|(child, _)| *child));
        next += 1;
    }
    family
}

/// Every process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders
        .filter_map(|folder| {
            let id = folder.file_name().to_str()?.parse().ok()?;
            let status = fs::read_to_string(folder.path().join("stat")).ok()?;
            // The name, in parentheses, may hold anything; then come state and parent.
            let (_, rest) = status.rsplit_once(')')?;
            Some((id, rest.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect()
}

/// Sends a signal to one process; one that has ended is fine.
pub fn signal(id: u32, name: &str) {
    let _ = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
}

/// Whether a process runs: it is there and not merely waited for.
pub fn is_alive(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = status
        .rsplit_once(')')
        .map(|(_, rest)| rest.trim_start().to_owned());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// The most memory that a process has had resident, in bytes.
pub fn peak_memory(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The process that listens on a port of this machine.
pub fn listening_on(port: u16) -> Option<u32> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let local = format!(":{port:04X}");
    let line = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut listening = line.filter(|fields| {
        fields
            .get(1)
            .is_some_and(|address| address.ends_with(&local))
            && fields.get(3) == Some(&"0A")
    });
    let socket = format!("socket:[{}]", listening.next()?.get(9)?);
    let processes = parents().into_iter().map(|(id, _)| id);
    let mut owners = processes.filter(|id| {
        let files = fs::read_dir(format!("/proc/{id}/fd"))
            .into_iter()
            .flatten()
            .flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        links.any(|link| link.to_str() == Some(&socket))
    });
    owners.next()
}
