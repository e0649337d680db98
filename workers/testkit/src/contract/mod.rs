//! The contract suite of the ports: what callers rely on, as named cases, run against every
//! implementation alike (in memory, R2 in workerd, Spin's SQLite, S3).
//!
//! A case makes its own objects below `contract/{case}/` and removes what an earlier run left
//! there, so that the suite can be repeated on a store that persists.
//!
//! The platform under test needs `PUBLIC_URL` set, `DISCORD_WEBHOOK_URL` not set, and in
//! `GITHUB_API_URL` the address of a running `testkit::fake::Peer`, which the cases of [`fetch`]
//! talk to.

mod case;
mod clock;
mod config;
mod defer;
mod fetch;
mod function;
mod objects;
mod space;

pub use case::{Case, Outcome, Run};
pub use function::Contract;

use case::cases;
use edge::{Clock, Config, Defer, Fetch, Objects};

/// The cases of [`Objects`].
pub fn objects<H: Objects + Clock + 'static>() -> &'static [Case<H>] {
    use objects::{conditions, expiry, facts, keys, listing, racing, reading, refusal, writing};
    cases!["objects":
        conditions::create_only,
        conditions::create_only_after_delete,
        conditions::compare_and_swap,
        conditions::stale_compare_and_swap,
        conditions::compare_and_swap_of_nothing,
        conditions::refused_write_changes_nothing,
        conditions::conditional_write_of_unknown_length,
        conditions::bytes_are_written_as_bodies_are,
        racing::one_of_many_creators_wins,
        racing::one_of_many_swappers_wins,
        racing::counting_by_compare_and_swap_loses_nothing,
        racing::reader_of_a_small_object_during_overwrite,
        racing::reader_of_a_large_object_during_overwrite,
        racing::reader_during_delete,
        reading::missing_object,
        reading::whole_object,
        reading::empty_object,
        reading::ranges,
        reading::ranges_of_a_large_object,
        reading::range_beyond_the_end,
        reading::unless_etag,
        reading::read_after_write,
        writing::every_byte_value,
        writing::overwrite_with_shorter,
        writing::overwrite_changes_etag,
        writing::large_object_in_odd_pieces,
        writing::body_of_unknown_length,
        writing::chain_of_bodies,
        writing::copy_of_an_object,
        writing::part_of_an_object_and_a_tail,
        writing::delete_is_idempotent,
        refusal::wrong_checksum_stores_nothing,
        refusal::wrong_checksum_of_a_large_body_stores_nothing,
        refusal::failing_body_stores_nothing,
        refusal::failing_large_body_stores_nothing,
        refusal::failing_body_of_unknown_length_stores_nothing,
        refusal::short_body_stores_nothing,
        refusal::long_body_stores_nothing,
        facts::metadata_round_trip,
        facts::metadata_is_replaced,
        facts::checksum_is_kept,
        facts::modified_is_now,
        keys::odd_keys,
        keys::keys_are_case_sensitive,
        keys::limits_of_keys,
        listing::order_and_facts,
        listing::prefixes_are_literal,
        listing::pages,
        listing::pages_while_deleting,
        listing::nothing_to_list,
        expiry::expiry_round_trip,
        expiry::expired_object_is_gone,
        expiry::expired_object_gives_way,
        expiry::overwrite_removes_expiry,
    ]
}

/// The cases of [`Clock`].
pub fn clock<H: Clock + 'static>() -> &'static [Case<H>] {
    cases!["clock":
        clock::now_is_plausible,
        clock::sleep_takes_its_time,
        clock::timeout_gives_up,
        clock::timeout_lets_pass,
    ]
}

/// The cases of [`Config`].
pub fn config<H: Config + 'static>() -> &'static [Case<H>] {
    cases!["config":
        config::variable_that_is_set,
        config::variable_that_is_not_set,
    ]
}

/// The cases of [`Defer`].
pub fn defer<H: Defer + Objects + Clock + Clone + 'static>() -> &'static [Case<H>] {
    cases!["defer": defer::deferred_work_runs]
}

/// The cases of [`Fetch`].
pub fn fetch<H: Fetch + Config + Objects + Clock + Clone + 'static>() -> &'static [Case<H>] {
    cases!["fetch":
        fetch::request_arrives_as_sent,
        fetch::answer_arrives_as_sent,
        fetch::statuses_are_no_errors,
        fetch::redirects_are_not_followed,
        fetch::large_body_arrives_whole,
        fetch::body_of_unknown_length_arrives_whole,
        fetch::truncated_body_is_noticed,
        fetch::broken_chunked_body_is_noticed,
        fetch::body_goes_straight_into_the_store,
        fetch::slow_answer_can_be_given_up,
        fetch::nobody_answers,
    ]
}

/// Every case of every port.
pub fn all<H>() -> Vec<Case<H>>
where
    H: Objects + Fetch + Clock + Config + Defer + Clone + 'static,
{
    [
        objects::<H>(),
        clock::<H>(),
        config::<H>(),
        defer::<H>(),
        fetch::<H>(),
    ]
    .concat()
}
