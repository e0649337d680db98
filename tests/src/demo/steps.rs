//! A line for each step: whether it went well, how long it took, what came of it, and where.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The steps so far.
#[derive(Default)]
pub struct Steps {
    count: usize,
}

impl Steps {
    /// Takes a step at `url`: `run` gives what came of it, in words and for later steps.
    ///
    /// # Errors
    /// That of `run`, with the step's name.
    pub fn take<T>(
        &mut self,
        name: &str,
        url: &str,
        run: impl FnOnce() -> Result<(String, T)>,
    ) -> Result<T> {
        let started = Instant::now();
        let result = run();
        self.count += 1;
        let (mark, words, result) = match result {
            Ok((words, value)) => ("ok", words, Ok(value)),
            Err(error) => ("FAILED", String::new(), Err(error)),
        };
        println!("{}", line(mark, started.elapsed(), name, &words, url));
        result.with_context(|| format!("{name}, {url}"))
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// One line; what can be of any length comes last.
fn line(mark: &str, took: Duration, name: &str, words: &str, url: &str) -> String {
    let seconds = took.as_secs_f32();
    format!("{mark:<6} {seconds:>5.2} s  {name:<22} {words:<50} {url}")
}

/// A number of bytes as people read it.
pub fn bytes(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} bytes")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Steps, bytes, line};

    #[test]
    fn thousands_are_set_apart() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(bytes(count), format!("{text} bytes"));
        }
    }

    #[test]
    fn urls_begin_in_one_column() {
        let column = |mark: &str, milliseconds, words: &str| {
            let took = Duration::from_millis(milliseconds);
            line(mark, took, "a step", words, "http://x/").find("http")
        };
        assert_eq!(column("ok", 4, "202"), column("FAILED", 12_345, ""));
    }

    #[test]
    fn a_failed_step_says_which() {
        let result = Steps::default().take::<()>("install", "http://x/", || anyhow::bail!("404"));
        let error = format!("{:#}", result.expect_err("it failed"));
        assert_eq!(error, "install, http://x/: 404");
    }
}
