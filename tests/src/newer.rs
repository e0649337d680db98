//! Foundry's `isNewerVersion`, written apart from the registry's, so that one mistake cannot hide in
//! both: versions are split at dots; parts that are numbers are compared as such, all others as
//! text; where all are the same, the longer one is newer.

/// Whether Foundry takes `candidate` for newer than `installed`.
pub fn is_newer(candidate: &str, installed: &str) -> bool {
    let (new, old): (Vec<_>, Vec<_>) = (
        candidate.split('.').collect(),
        installed.split('.').collect(),
    );
    for (index, part) in new.iter().enumerate() {
        let Some(known) = old.get(index) else {
            return true;
        };
        if part == known {
            continue;
        }
        return match (number(part), number(known)) {
            (Some(part), Some(known)) => part > known,
            _ => part > known,
        };
    }
    false
}

fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn surprises_included() {
        for (candidate, installed, expected) in [
            ("1.0.10", "1.0.9", true),
            ("1.0.10-test", "1.0.9-test", false),
            ("2.0.0-beta", "2.0.0", true),
            ("2.0.0", "2.0.0-beta", false),
            ("2.0.3", "v2.0.2", false),
            ("1.0", "1", true),
            ("1", "1.0", false),
            ("1.0.0", "1.0.0", false),
        ] {
            assert_eq!(
                is_newer(candidate, installed),
                expected,
                "{candidate} {installed}"
            );
        }
    }
}
