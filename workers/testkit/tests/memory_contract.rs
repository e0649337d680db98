//! The in-memory platform passes the ports' contract suite, which thereby has one implementation
//! that passes; and implementations that are wrong in known ways do not.

use edge::config::name;
use testkit::{
    contract::{self, Case},
    fake::Peer,
    memory::MemoryHost,
};

fn host() -> MemoryHost {
    let host = MemoryHost::new();
    host.set(name::PUBLIC_URL, "https://packages.example.com");
    host.set(name::GITHUB_API_URL, "http://peer.test:8080");
    host.set(name::DISCORD_WEBHOOK_URL, "");
    host.serve("http://peer.test:8080", Peer);
    host
}

/// Runs `case` with deferred work running beside it, as platforms do.
fn run(host: &MemoryHost, case: &Case<MemoryHost>) -> Result<(), String> {
    let deferring = async {
        loop {
            host.run_deferred().await;
            edge::Clock::sleep(host, std::time::Duration::from_millis(10)).await;
        }
    };
    host.block_on(async {
        let case = (case.run)(host);
        match futures_util::future::select(case, std::pin::pin!(deferring)).await {
            futures_util::future::Either::Left((outcome, _)) => outcome,
            futures_util::future::Either::Right(_) => unreachable!("it loops"),
        }
    })
}

#[test]
fn the_memory_host_keeps_the_contract() {
    let host = host();
    let mut failures = Vec::new();
    for case in contract::all::<MemoryHost>() {
        // Twice, since the suite must be repeatable on a store that persists.
        for _ in 0..2 {
            if let Err(text) = run(&host, &case) {
                failures.push(format!("{}: {text}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_contract_holds_however_tasks_mix() {
    // The cases in which tasks run beside each other; large bodies only take time.
    let mixing = |case: &&Case<MemoryHost>| {
        case.name.contains("one_of_many") || case.name.contains("counting")
    };
    for seed in 1..100 {
        let host = host();
        host.interleave(seed);
        for case in contract::objects::<MemoryHost>().iter().filter(mixing) {
            let outcome = run(&host, case);
            assert_eq!(outcome, Ok(()), "{} with seed {seed}", case.name);
        }
    }
}

#[test]
fn names_are_one_of_a_kind() {
    let mut names: Vec<_> = contract::all::<MemoryHost>()
        .iter()
        .map(|case| case.name)
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_cases_of_fetch_need_a_peer() {
    let without = MemoryHost::new();
    let deaf = host();
    deaf.set(name::GITHUB_API_URL, "http://nobody.test:8080");
    for host in [without, deaf] {
        for case in contract::fetch::<MemoryHost>() {
            let outcome = run(&host, case);
            assert!(outcome.is_err(), "{} passes without a peer", case.name);
        }
    }
}
