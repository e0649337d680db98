//! What a server printed: a JSON line per request, and no secret.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::no_findings;

/// What every request's line says.
const FIELDS: &[&str] = &["function", "route", "status", "milliseconds", "request_id"];

/// Checks the file `log`; `secret` is in all secrets that the server was given.
pub fn check(log: &Path, secret: &str) -> Result<()> {
    let text = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let requests = text.lines().filter_map(parse).filter(is_request).count();
    ensure!(requests > 0, "{} has no line of a request", log.display());
    println!("{requests} lines of requests");
    no_findings(findings(&text, secret))
}

fn findings(text: &str, secret: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        // The secret itself is not repeated.
        if line.contains(secret) {
            findings.push(format!("line {number} of the log holds a secret"));
        }
        if line.starts_with('{') && parse(line).is_none() {
            findings.push(format!("line {number} of the log is not JSON"));
        }
    }
    findings
}

fn parse(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok().filter(Value::is_object)
}

fn is_request(line: &Value) -> bool {
    FIELDS.iter().all(|field| line.get(field).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_broken_lines_are_found() {
        let text = "starting\n{\"a\":1}\n{\"token\":\"mark-1\"}\n{\"half\n";
        let found = findings(text, "mark-");
        assert_eq!(
            found,
            [
                "line 3 of the log holds a secret",
                "line 4 of the log is not JSON"
            ]
        );
    }

    #[test]
    fn a_request_says_everything() {
        let line = r#"{"function":"f","route":"/","status":200,"milliseconds":1,"request_id":"x"}"#;
        assert!(parse(line).is_some_and(|value| is_request(&value)));
        assert!(!parse("{}").is_some_and(|value| is_request(&value)));
    }
}
