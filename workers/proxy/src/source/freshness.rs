//! For how long a source's answer is fresh (RFC 9111, section 4.2).

use edge::{Headers, Timestamp, header};

use crate::limits::{DEFAULT_FRESH, MAX_FRESH, MIN_FRESH};

/// How an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// For how many seconds it is fresh.
    pub seconds: u64,
    /// Whether it may be kept at all.
    pub storable: bool,
}

/// What an answer's headers say. What is too short for a cache to be of use, or too long to be
/// believed, is bounded; `no-store` is obeyed, and `private` is the same to a cache that many share
/// (RFC 9111, sections 5.2.2.5 and 5.2.2.7).
pub fn of(headers: &Headers, now: Timestamp) -> Freshness {
    let control = headers.get(header::CACHE_CONTROL).unwrap_or_default();
    let expires = headers.get(header::EXPIRES);
    let age = headers
        .get(header::AGE)
        .and_then(|age| age.trim().parse().ok());
    judge(&control, expires.as_deref(), age.unwrap_or(0), now)
}

fn judge(control: &str, expires: Option<&str>, age: u64, now: Timestamp) -> Freshness {
    let control = control.to_ascii_lowercase();
    let directives = || control.split(',').map(str::trim);
    let seconds = |name: &str| {
        directives().find_map(|directive| {
            let (key, value) = directive.split_once('=')?;
            (key.trim() == name).then(|| value.trim().trim_matches('"').parse::<u64>().ok())?
        })
    };
    let said = if directives().any(|d| d == "no-cache" || d.starts_with("no-cache=")) {
        Some(0)
    } else {
        seconds("s-maxage")
            .or_else(|| seconds("max-age"))
            .or_else(|| expires.map(|date| until(date, now)))
    };
    let left = said.map_or(DEFAULT_FRESH, |seconds| seconds.saturating_sub(age));
    Freshness {
        seconds: left.clamp(MIN_FRESH, MAX_FRESH),
        storable: !directives().any(|directive| {
            matches!(directive, "no-store" | "private") || directive.starts_with("private=")
        }),
    }
}

/// Seconds until an HTTP date; 0 for what has passed, or is none (RFC 9111, section 5.3).
fn until(date: &str, now: Timestamp) -> u64 {
    let Some(then) = http_date(date) else {
        return 0;
    };
    u64::try_from(then - now.milliseconds().div_euclid(1000)).unwrap_or(0)
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: i64 = parts.next()?.parse().ok()?;
    let month = parts.next().filter(|month| month.len() == 3)?;
    let month = i64::try_from(MONTHS.find(month)? / 3 + 1).ok()?;
    let year: i64 = parts.next()?.parse().ok()?;
    let mut clock = parts
        .next()?
        .split(':')
        .map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let sound = (1..=31).contains(&day) && (1970..10_000).contains(&year);
    let sound = sound && (0..24).contains(&hour) && (0..60).contains(&minute);
    (sound && (0..=60).contains(&second))
        .then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March, so that
/// the leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use edge::Timestamp;

    use super::{Freshness, judge};
    use crate::limits::{DEFAULT_FRESH, MAX_FRESH, MIN_FRESH};

    #[test]
    fn what_sources_say_is_believed_within_bounds() {
        let now = Timestamp::parse("1994-11-06T08:49:37Z").expect("a time");
        for (control, expires, age, seconds, storable) in [
            ("", None, 0, DEFAULT_FRESH, true),
            ("public, max-age=3600", None, 0, 3600, true),
            ("public, max-age=3600", None, 600, 3000, true),
            ("max-age=3600", None, 9999, MIN_FRESH, true),
            ("max-age=60, s-maxage=7200", None, 0, 7200, true),
            ("Max-Age=\"300\"", None, 0, 300, true),
            ("max-age=0", None, 0, MIN_FRESH, true),
            ("no-cache", None, 0, MIN_FRESH, true),
            ("max-age=31536000, immutable", None, 0, MAX_FRESH, true),
            ("max-age=nonsense", None, 0, DEFAULT_FRESH, true),
            ("no-store, max-age=600", None, 0, 600, false),
            ("Private, max-age=600", None, 0, 600, false),
            ("max-age=600, private=\"set-cookie\"", None, 0, 600, false),
            ("", Some("Sun, 06 Nov 1994 09:49:37 GMT"), 0, 3600, true),
            ("", Some("Tue, 08 Nov 1994 08:49:37 GMT"), 0, 172_800, true),
            (
                "",
                Some("Sun, 06 Nov 1994 08:00:00 GMT"),
                0,
                MIN_FRESH,
                true,
            ),
            ("", Some("0"), 0, MIN_FRESH, true),
            (
                "",
                Some("Sun, 99 Nov 1994 08:00:00 GMT"),
                0,
                MIN_FRESH,
                true,
            ),
            (
                "",
                Some("Thu, 29 Feb 2096 00:00:00 GMT"),
                0,
                MAX_FRESH,
                true,
            ),
            ("max-age=120", Some("0"), 0, 120, true),
        ] {
            let expected = Freshness { seconds, storable };
            let found = judge(control, expires, age, now);
            assert_eq!(found, expected, "{control} {expires:?} {age}");
        }
    }
}
